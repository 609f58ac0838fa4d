// The verification job: checks a dataset anew and reports what each check found.

import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import type { JobContext } from '../job.ts';
import { verifyDataset } from './verify.ts';

/** Checks the dataset that `spec` names. A dataset that fails is a result, not an error. */
export async function verifyJob(
  spec: JobSpecOf<'verify'>,
  context: JobContext,
): Promise<JobResultOf<'verify'>> {
  const startedMs = performance.now();
  const { name, folder, sampleSize, quick, rebuild } = spec;
  const { digest, checks } = await verifyDataset(folder, {
    sampleSize,
    quick,
    rebuild,
    signal: context.signal,
    onProgress: ({ phase, done, total, unit }) => context.progress(phase, done, total, unit),
  });
  const passed = checks.every((check) => check.passed);
  return { kind: 'verify', name, folder, passed, digest, checks, elapsedMs: performance.now() - startedMs };
}
