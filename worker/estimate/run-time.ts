// The time of a step, of an evaluation and of a whole run on a calibrated device.

import type { Experiment } from '../../common/config/experiment.ts';
import type { EstimateResult } from '../../common/estimate.ts';
import type { Graph } from '../capture/graph.ts';
import { recordProgram } from '../capture/record.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { trainingProgram } from '../train/step.ts';
import type { Calibration } from './calibration.ts';
import { fusedLayerOf, isGradient, productFlopsIn } from './fused-layers.ts';
import { kernelClassOf } from './kernel-classes.ts';
import { evaluationBatch, type Graphs, recordingOnThisDevice } from './memory.ts';
import { secondsOf } from './timing.ts';
import { bytesMoved, type KernelNode } from './work.ts';

type StepEstimate = EstimateResult['step'];

/** What a step of `microBatches` runs of the graph is made of; views cost nothing and are left out. */
export function estimateStep(graph: Graph, microBatches: number, calibration: Calibration): StepEstimate {
  const classes = new Map<string, StepEstimate['byClass'][number] & { seconds: number }>();
  for (const node of graph.nodes) {
    if (node.kind !== 'kernel') continue;
    const name = className(graph, node);
    if (name === null) continue;
    const flops = productFlopsIn(graph, node);
    const entry = classes.get(name) ?? { name, operations: 0, flops: 0, bytesMoved: 0, seconds: 0 };
    entry.operations += microBatches;
    entry.flops += microBatches * flops;
    entry.bytesMoved += microBatches * bytesMoved(graph, node);
    entry.seconds += microBatches * secondsOf(graph, node, calibration);
    classes.set(name, entry);
  }
  const byClass = [...classes.values()].sort((left, right) => right.seconds - left.seconds);
  const total = (of: 'operations' | 'flops' | 'bytesMoved' | 'seconds') =>
    byClass.reduce((sum, entry) => sum + entry[of], 0);
  return {
    flops: total('flops'),
    bytesMoved: total('bytesMoved'),
    operations: total('operations'),
    microBatches,
    seconds: total('seconds') + microBatches * calibration.callSeconds,
    byClass,
  };
}

/** What an operation is counted under, or null where it costs nothing. */
function className(graph: Graph, node: KernelNode): string | null {
  const layer = fusedLayerOf(graph, node);
  if (layer !== null) return isGradient(layer.kernel) ? 'gradient of a fused layer' : 'fused layer';
  return node.kernel === 'BatchMatMul' ? 'matrix product' : kernelClassOf(graph, node);
}

/** Evaluations count where the number of test puzzles is known. */
export function estimateRun(
  experiment: Experiment,
  specification: ModelSpecification,
  graphs: Graphs,
  testExamples: number | null,
  calibration: Calibration,
): EstimateResult['run'] {
  const { training, evaluation, halting } = experiment;
  const stepSeconds = meanStepSeconds(experiment, specification, graphs.training, calibration);
  const every = evaluation.everySteps;
  const evaluations = every === 0 ? 1 : Math.ceil(training.steps / every);
  const puzzles =
    testExamples === null
      ? evaluation.maximumPuzzles || null
      : Math.min(testExamples, evaluation.maximumPuzzles || testExamples);
  const batches = puzzles === null ? null : Math.ceil(puzzles / evaluationBatch(experiment, testExamples));
  const onePass = estimateStep(graphs.evaluation, 1, calibration).seconds as number;
  const evaluationSeconds = batches === null ? null : batches * halting.maximumSteps * onePass;
  return {
    steps: training.steps,
    stepSeconds,
    evaluations,
    evaluationSeconds,
    totalSeconds:
      evaluationSeconds === null ? null : training.steps * stepSeconds + evaluations * evaluationSeconds,
  };
}

/** Over the stages of the depth curriculum, each as long as it lasts. */
function meanStepSeconds(
  { training, halting }: Experiment,
  specification: ModelSpecification,
  fullDepth: Graph,
  calibration: Calibration,
): number {
  const recording = recordingOnThisDevice({ training });
  const secondsOfGraph = (graph: Graph) =>
    estimateStep(graph, training.microBatches, calibration).seconds as number;
  let [seconds, from] = [0, 0];
  for (const { untilShare, highCycles, lowCycles } of training.depthCurriculum) {
    const shallow = { ...specification, highCycles, lowCycles };
    const graph = recordProgram(trainingProgram({ specification: shallow, training, halting }), recording);
    seconds += (untilShare - from) * secondsOfGraph(graph);
    from = untilShare;
  }
  return seconds + (1 - from) * secondsOfGraph(fullDepth);
}
