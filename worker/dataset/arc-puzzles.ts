// What an ARC dataset holds beside its arrays: the names of its puzzle identifiers and the tested tasks as they were.
// Datasets that the reference wrote hold the same.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../common/errors.ts';
import { type Augmentation, parseIdentifierName } from '../../common/puzzles/arc/augmentation.ts';
import { type ArcTask, readTask } from '../../common/puzzles/arc/task.ts';
import { arcVocabularySize } from '../../common/puzzles/arc/tokens.ts';
import { readJsonFile } from './json-file.ts';
import { identifiersFileName, testPuzzlesFileName } from './layout.ts';
import type { Dataset } from './open.ts';

/** What a puzzle identifier stands for. */
export interface Variant {
  task: string;
  augmentation: Augmentation;
}

export interface ArcPuzzles {
  /** Cells in a row of the frame. */
  side: number;
  tasks: ReadonlyMap<string, ArcTask>;
  /** @throws UserError when the identifier's name is not that of a task or of its augmentation */
  variantOf(identifier: number): Variant;
}

/** Whether a dataset is one of ARC tasks, by its card or, without one, by its files and sizes. */
export function isArc({ folder, card, metadata }: Dataset): boolean {
  if (card !== undefined) return card.vocabulary.domain === 'arc';
  const hasFiles = [identifiersFileName, testPuzzlesFileName].every((name) => existsSync(join(folder, name)));
  return hasFiles && isSquare(metadata.sequenceLength) && metadata.vocabularySize === arcVocabularySize;
}

export function isSquare(cells: number): boolean {
  return Number.isInteger(Math.sqrt(cells));
}

/** @throws UserError when a file is missing or malformed */
export function readArcPuzzles({ folder, metadata }: Dataset): ArcPuzzles {
  const identifiersPath = join(folder, identifiersFileName);
  const names = readJsonFile(identifiersPath, z.array(z.string()), identifiersFileName);
  const tasksPath = join(folder, testPuzzlesFileName);
  const tasks = readJsonFile(tasksPath, z.record(z.string(), z.unknown()), testPuzzlesFileName);
  return {
    side: Math.sqrt(metadata.sequenceLength),
    tasks: new Map(Object.entries(tasks).map(([id, task]) => [id, readTask(id, task, { file: tasksPath })])),
    variantOf: (identifier) => {
      const variant = parseIdentifierName(names[identifier] ?? '');
      if (variant !== undefined) return variant;
      throw new UserError({
        what: 'The name of a puzzle identifier does not say how its task was augmented',
        where: identifiersPath,
        found: `${JSON.stringify(names[identifier])} for identifier ${identifier}`,
        expected: 'the id of a task, or TASK|||t3|||0123456789',
        remedy: 'build the dataset again',
      });
    },
  };
}
