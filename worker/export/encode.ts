// Writes a checkpoint as the bytes of an ONNX file: the graph of one supervision step and what the file says of itself.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { DatasetChoice } from '../../common/config/dataset.ts';
import type { Experiment } from '../../common/config/experiment.ts';
import type { GraphForm, Precision } from '../../common/config/precision.ts';
import { haltOverContinue } from '../../common/halting/halt-over-continue.ts';
import { defaultHaltingRule } from '../../common/halting/rule.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import packageInformation from '../../package.json' with { type: 'json' };
import { emitOnnx } from '../capture/onnx/emit.ts';
import { encodeGraph, encodeModel, type GraphMessage, irVersionOf } from '../capture/onnx/schema.ts';
import type { NamedArrays } from '../capture/program.ts';
import type { Checkpoint } from '../checkpoint/load.ts';
import { comparesHaltingLogits } from '../model/halting.ts';
import { latentNames } from '../model/latents.ts';
import { type ModelSpecification, tokenCount } from '../model/specification.ts';
import { inferenceProgram } from '../model/step.ts';
import { fixBatch } from './batch.ts';
import { describeLoop, describeModel, valueDescriptions } from './documentation.ts';
import { loopAround } from './loop.ts';
import { requireGraphRule } from './loop-halting.ts';
import { encodeMetadata, type ModelMetadata } from './metadata.ts';
import { precisionForms } from './precision/table.ts';

export type EncodingOptions = Pick<JobSpecOf<'export'>, 'opset' | 'weights' | 'evaluation'> &
  Partial<Variant>;

/** Which of the files that can be made of one checkpoint. */
export interface Variant {
  precision: Precision;
  form: GraphForm;
  /** Null leaves it open. */
  batch: number | null;
  /** The rule that the loop follows, or that the description names; null takes the checkpoint's own. */
  halting: string | null;
}

/** The bytes of the .onnx file: the inference step with these weights, or all of them in a loop. Needs a tfjs backend. */
export function encodeCheckpoint(
  checkpoint: Checkpoint,
  weights: NamedArrays,
  spec: EncodingOptions,
): Uint8Array {
  const description = describeCheckpoint(checkpoint, spec);
  const { specification } = checkpoint;
  const documentation =
    description.form === 'loop'
      ? describeLoop(description, specification)
      : describeModel(description, specification);
  const { rewrite, otherOpsets } = precisionForms[description.precision];
  const step = rewrite(
    emitOnnx({
      program: (batch) => inferenceProgram(specification, batch),
      state: weights,
      name: 'trm_supervision_step',
      documentation,
      descriptions: valueDescriptions({ specification, halting: checkpoint.experiment.halting }),
    }),
  );
  const graph = encodeGraph(finishGraph(step, description, specification, documentation));
  const graphSha256 = createHash('sha256').update(graph).digest('hex');
  return encodeModel({
    irVersion: irVersionOf(spec.opset),
    opset: spec.opset,
    ...(otherOpsets && { otherOpsets }),
    producerName: packageInformation.productName,
    producerVersion: packageInformation.version,
    documentation,
    metadata: encodeMetadata({ ...description, graphSha256 }),
    graph,
  });
}

function finishGraph(
  step: GraphMessage,
  { form, batch, halting, maximumSteps }: Omit<ModelMetadata, 'graphSha256'>,
  specification: ModelSpecification,
  documentation: string,
): GraphMessage {
  const graph =
    form === 'step'
      ? step
      : loopAround(step, {
          latentNames: latentNames(specification),
          latentShape: [tokenCount(specification), specification.hiddenSize],
          cells: specification.sequenceLength,
          maximumSteps,
          rule: requireGraphRule(halting),
          documentation,
        });
  return batch === null ? graph : fixBatch(graph, batch);
}

function describeCheckpoint(
  checkpoint: Checkpoint,
  spec: EncodingOptions,
): Omit<ModelMetadata, 'graphSha256'> {
  const { dataset, experiment, step } = checkpoint;
  const { sequenceLength, vocabularySize, puzzleIdentifierCount, card } = dataset;
  const evaluation = spec.evaluation ?? checkpoint.evaluation;
  const ofTheseWeights = evaluation?.step === step && evaluation.weights === spec.weights;
  return {
    format: 1,
    experiment: withoutFolders(experiment),
    sizes: { sequenceLength, vocabularySize, puzzleIdentifierCount },
    task: card?.task ?? null,
    vocabulary: card?.vocabulary ?? null,
    dataset: { name: dataset.name, digest: dataset.digest },
    ...(dataset.alsoTrainedOn && { alsoTrainedOn: dataset.alsoTrainedOn }),
    dataSource: card?.source ?? null,
    dataLicence: card?.licence ?? null,
    step,
    weights: spec.weights,
    evaluation: ofTheseWeights ? evaluation : null,
    maximumSteps: experiment.halting.maximumSteps,
    halting: spec.halting ?? checkpoint.halting?.rule ?? trainedRule(checkpoint),
    precision: spec.precision ?? 'float32',
    form: spec.form ?? 'step',
    batch: spec.batch ?? null,
    appVersion: packageInformation.version,
  };
}

/** The rule that the model was trained with. */
function trainedRule({ specification, experiment: { halting } }: Checkpoint): string {
  return comparesHaltingLogits({ specification, halting }) ? haltOverContinue.name : defaultHaltingRule;
}

/** Files that the dataset was imported from, by their names alone: where they lay is nobody's business elsewhere. */
function withoutFolders(experiment: Experiment): Experiment {
  const { dataset } = experiment;
  const others = dataset.alsoTrainOn && { alsoTrainOn: dataset.alsoTrainOn.map(choiceWithoutFolders) };
  return { ...experiment, dataset: { ...choiceWithoutFolders(dataset), ...others } };
}

function choiceWithoutFolders<Choice extends DatasetChoice>(choice: Choice): Choice {
  const { build } = choice;
  if (build === undefined) return choice;
  if ('folder' in build) return { ...choice, build: { ...build, folder: basename(build.folder) } };
  if (!('trainFile' in build)) return choice;
  const { trainFile, testFile } = build;
  const files = {
    trainFile: basename(trainFile),
    ...(testFile !== undefined && { testFile: basename(testFile) }),
  };
  return { ...choice, build: { ...build, ...files } };
}
