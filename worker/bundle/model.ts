// What a bundle says of one of its models: everything that a program needs to run it without reading ONNX metadata.

import { basename } from 'node:path';
import { type BundleAccuracy, type BundleModel, bundlePlaces, type RuleTree } from '../../common/bundle.ts';
import { UserError } from '../../common/errors.ts';
import { type HaltingRule, parseHaltingRule } from '../../common/halting/rule.ts';
import { cellCharacters } from '../../common/puzzles/maze/cells.ts';
import type { ModelMetadata } from '../export/metadata.ts';
import { latentNames } from '../model/latents.ts';
import { tokenCount } from '../model/specification.ts';
import { type ModelFile, modelError, readModelFile } from '../solve/model-file.ts';
import { sha256Of } from './archive.ts';

export interface ReadModel extends ModelFile {
  /** Its name in the bundle. */
  name: string;
}

/** Reads the exports of a bundle. @throws UserError when one is none of ours, or they are of several checkpoints */
export async function readModels(files: readonly string[]): Promise<ReadModel[]> {
  const models: ReadModel[] = [];
  for (const file of files) {
    const name = basename(file).replace(/\.onnx$/, '');
    if (models.some((model) => model.name === name)) throw doubleName(name, file);
    const model = await readModelFile(file);
    requireStepGraph(model.metadata, file);
    models.push({ ...model, name });
  }
  const [first] = models;
  for (const [index, { metadata }] of models.entries()) {
    if (first === undefined || originOf(metadata) === originOf(first.metadata)) continue;
    throw modelError(
      files[index] as string,
      'The exports of a bundle must come from one checkpoint',
      describeOrigin(metadata),
      `${describeOrigin(first.metadata)}, as ${first.name} is`,
    );
  }
  return models;
}

/** The runners and the web app go step by step, one puzzle at a time. */
function requireStepGraph({ form, batch }: ModelMetadata, file: string): void {
  if (form === 'step' && (batch === null || batch === 1)) return;
  throw new UserError({
    what: 'A bundle needs the graph of one supervision step, for one puzzle at a time',
    where: file,
    found: form === 'step' ? `a graph for ${batch} puzzles at once` : `the graph of the form ${form}`,
    expected: 'a step graph with an open batch, or for one puzzle',
    remedy: 'export the checkpoint again, as a step graph without a fixed batch',
  });
}

/** The description of a model in `vocabulary.json`. @throws UserError when nobody knows what its tokens mean */
export function describeBundleModel(
  { name, bytes, metadata }: ReadModel,
  examples: Pick<BundleModel, 'examples' | 'examplesSource'>,
  accuracy: BundleAccuracy | null,
): BundleModel {
  const { vocabulary, sizes, experiment, maximumSteps, halting } = metadata;
  if (vocabulary === null) throw withoutVocabulary(name, metadata);
  const specification = { ...experiment.model, ...sizes };
  return {
    name,
    file: `${bundlePlaces.models}/${name}.onnx`,
    sizeBytes: bytes.length,
    sha256: sha256Of(bytes),
    precision: metadata.precision,
    task: metadata.task,
    ...vocabulary,
    characters: charactersOf(vocabulary.domain, vocabulary.tokens),
    latents: {
      names: latentNames(specification),
      tokens: tokenCount(specification),
      hidden: specification.hiddenSize,
    },
    puzzleIdentifierCount: sizes.puzzleIdentifierCount,
    tokenDistribution: experiment.training.answerLoss,
    maximumSteps,
    halting,
    haltingRule: treeOf(parseHaltingRule(halting)),
    accuracy: accuracy ?? trainedAccuracy(metadata),
    ...examples,
  };
}

/**
 * The last evaluation of the checkpoint: by the model's own rule where that was measured, else in all its steps, which
 * can be far better.
 */
function trainedAccuracy({ evaluation, precision, halting }: ModelMetadata): BundleAccuracy | null {
  if (evaluation === null) return null;
  const { exactAccuracy, exactAccuracyWhenHalted, haltThreshold, puzzleCount, split } = evaluation;
  const isMeasured = halting === `q>=${haltThreshold}`;
  return {
    exactAccuracy: isMeasured ? exactAccuracyWhenHalted : exactAccuracy,
    puzzleCount,
    split,
    of: precision === 'float32' ? 'file' : 'trained weights',
    halting: isMeasured ? halting : null,
  };
}

/** A rule as the runners read it. */
export function treeOf(rule: HaltingRule): RuleTree {
  if (rule.kind === 'criterion') {
    const { name, comparison } = rule.criterion;
    return { criterion: name, comparison, bound: rule.bound };
  }
  const parts = rule.rules.map(treeOf);
  return rule.kind === 'and' ? { all: parts } : { any: parts };
}

/** The characters of each token, the one that is written first; null where its tokens are words. */
function charactersOf(domain: string, tokens: readonly string[]): string[] | null {
  if (domain === 'maze')
    return [...cellCharacters].map((character) => (character === ' ' ? ' .' : character));
  if (domain === 'arc') return tokens.map((name, token) => (token < 2 ? '_|'.charAt(token) : lastOf(name)));
  const characters = tokens.map((name, token) => {
    if (domain === 'sudoku') return name === 'blank' ? '.0' : name === 'padding' ? '?' : name;
    return token === 0 ? '_' : name;
  });
  const isSingle = (text: string, token: number) => [...text].length === 1 || tokens[token] === 'blank';
  const isDistinct = new Set(characters).size === characters.length;
  return isDistinct && characters.every(isSingle) ? characters : null;
}

/** The digit of a colour's name. */
function lastOf(name: string): string {
  return name.at(-1) ?? '?';
}

function originOf({ experiment, dataset, step, weights }: ModelMetadata): string {
  return JSON.stringify([experiment, dataset.digest, step, weights]);
}

function describeOrigin({ experiment, dataset, step, weights }: ModelMetadata): string {
  return `${experiment.name} on ${dataset.name} after ${step} steps, ${weights} weights`;
}

function doubleName(name: string, file: string): UserError {
  return new UserError({
    what: 'Two models of the bundle have the same name',
    where: file,
    found: `${name} twice`,
    expected: 'each export once, and files of different names',
  });
}

function withoutVocabulary(name: string, { dataset }: ModelMetadata): UserError {
  return new UserError({
    what: `Nobody can enter a puzzle for the model ${name}`,
    found: `no vocabulary, since the dataset ${dataset.name} had no card`,
    expected: 'a vocabulary, which the card of a dataset gives to its models',
    remedy: 'use a model that was trained on a dataset built by TRM Studio',
  });
}
