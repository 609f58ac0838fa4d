// Benchmark: building ARC-AGI-1 (training, evaluation and concept tasks) with augmentations, ours against the reference
// implementation's builder, which Python runs from a checkout; both in turn on the same files.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../common/errors.ts';
import { compareBuilders } from './comparison.ts';
import { type CommonSettings, commonOptions, parseCount, readCommonSettings } from './options.ts';

interface ArcSettings extends CommonSettings {
  /** Holds arc-agi_{training,evaluation,concept}_{challenges,solutions}.json. */
  data: string;
  augmentations: number;
}

export async function benchmarkArc(commandLine: string[]): Promise<void> {
  const settings = parseArcSettings(commandLine);
  const { data, augmentations, rounds } = settings;
  await compareBuilders({
    title: `ARC-AGI-1 × ${augmentations} augmentations, ${rounds} rounds in turn`,
    facts: { augmentations, rounds },
    settings,
    input: data,
    programs: { ours: 'arc-ours.ts', reference: 'arc_reference.py' },
  });
}

/** @throws UserError that names the option */
export function parseArcSettings(commandLine: string[]): ArcSettings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      ...commonOptions,
      data: { type: 'string' },
      augmentations: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '1' },
    },
  });
  if (values.data === undefined) {
    throw new UserError({
      what: 'The benchmark needs the ARC-AGI tasks',
      expected: '--data FOLDER with arc-agi_{training,evaluation,concept}_{challenges,solutions}.json',
    });
  }
  return {
    ...readCommonSettings(values),
    data: resolve(values.data),
    augmentations: parseCount('augmentations', values.augmentations),
  };
}
