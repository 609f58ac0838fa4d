// The table of the contract's calls and what answers each. It is complete at compile time, and `dispatch` is the
// only way in: input is checked here, and trusted inside.

import {
  type CallInput,
  type CallName,
  type CallOutput,
  type CallParsedInput,
  calls,
} from '../common/api.ts';
import { UserError } from '../common/errors.ts';
import { didYouMean } from '../common/nearest.ts';
import { inspectMachine } from './doctor.ts';
import { startBundle } from './handlers/bundle.ts';
import { exportCheckpoint, importCheckpoint } from './handlers/checkpoint.ts';
import { startComparison } from './handlers/compare-llm.ts';
import { buildDataset, datasetList, showDataset } from './handlers/dataset.ts';
import { startVerification } from './handlers/dataset-verify.ts';
import { importDevice, startDevice } from './handlers/device.ts';
import { startEstimate } from './handlers/estimate.ts';
import { startEvaluation } from './handlers/evaluate.ts';
import { exportList, showExport, startExport } from './handlers/export.ts';
import { startHalting } from './handlers/halting.ts';
import { startHybrid } from './handlers/hybrid.ts';
import { engineStatus, jobList, showJob, stopJob } from './handlers/job.ts';
import { resolveModel } from './handlers/model.ts';
import { startProfile } from './handlers/profile.ts';
import { startRobustness } from './handlers/robustness.ts';
import { startRollouts } from './handlers/rollouts.ts';
import { runList, runMetrics, runTelemetry, showRun } from './handlers/run.ts';
import { resumeRun } from './handlers/run-resume.ts';
import { startRun } from './handlers/run-start.ts';
import { startSolve } from './handlers/solve.ts';
import { planTransfer } from './handlers/transfer.ts';
import type { StudioPaths } from './paths.ts';
import type { Queue } from './queue.ts';
import { explainDatabaseError } from './store/database-errors.ts';
import type { Store } from './store/open.ts';

/** What handlers work on. */
export interface EngineContext {
  store: Store;
  paths: StudioPaths;
  queue: Queue;
  version: string;
}

export type Handler<Name extends CallName> = (
  context: EngineContext,
  input: CallParsedInput<Name>,
) => CallOutput<Name> | Promise<CallOutput<Name>>;

const handlers: { [Name in CallName]: Handler<Name> } = {
  'engine.status': engineStatus,
  'dataset.build': buildDataset,
  'dataset.list': datasetList,
  'dataset.show': showDataset,
  'dataset.verify': startVerification,
  'run.start': startRun,
  'run.resume': resumeRun,
  'run.list': runList,
  'run.show': showRun,
  'run.metrics': runMetrics,
  'run.telemetry': runTelemetry,
  'evaluate.start': startEvaluation,
  'transfer.plan': planTransfer,
  'export.start': startExport,
  'checkpoint.import': importCheckpoint,
  'checkpoint.export': exportCheckpoint,
  'export.list': exportList,
  'export.show': showExport,
  'device.start': startDevice,
  'device.import': importDevice,
  'bundle.start': startBundle,
  'model.resolve': resolveModel,
  'solve.start': startSolve,
  'estimate.start': startEstimate,
  'profile.start': startProfile,
  'halting.start': startHalting,
  'rollouts.start': startRollouts,
  'hybrid.start': startHybrid,
  'compare-llm.start': startComparison,
  'robustness.start': startRobustness,
  'job.list': jobList,
  'job.show': showJob,
  'job.stop': stopJob,
  'doctor.inspect': inspectMachine,
};

/** @throws UserError when the input is not what the contract says, or the call itself finds fault with it */
export async function dispatch<Name extends CallName>(
  context: EngineContext,
  name: Name,
  input: CallInput<Name>,
): Promise<CallOutput<Name>> {
  try {
    return await handlers[name](context, parseInput(name, input));
  } catch (error) {
    throw explainDatabaseError(error, context.paths.database);
  }
}

/** @throws UserError when there is no call of this name */
export function requireCallName(name: string): CallName {
  const names = Object.keys(calls);
  if (isCallName(name)) return name;
  const remedy = didYouMean(name, names);
  throw new UserError({
    what: `The engine has no call ${JSON.stringify(name)}`,
    expected: names.join(', '),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

function parseInput<Name extends CallName>(name: Name, input: CallInput<Name>): CallParsedInput<Name> {
  const parsed = calls[name].input.safeParse(input);
  // The schema of `name` gave it: a relation between the table's rows that the type system does not follow.
  if (parsed.success) return parsed.data as CallParsedInput<Name>;
  const [issue] = parsed.error.issues;
  throw new UserError({
    what: `The input of ${name} is not valid`,
    where: issue?.path.join('.') || 'the whole input',
    expected: parsed.error.issues
      .map(({ path, message }) => [...path.map(String), message].join(': '))
      .join('; '),
  });
}
