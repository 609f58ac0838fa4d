// The call that checks a dataset anew.

import { statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { nameSchema } from '../../common/config/dataset.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { requireDataset } from './dataset.ts';

export const startVerification: Handler<'dataset.verify'> = (context, { dataset, ...options }) => {
  const folder = folderOf(context, dataset);
  const name = basename(folder);
  const spec = { kind: 'verify', name, folder, ...options } as const;
  return { jobId: context.queue.enqueue({ spec, title: `Verify dataset ${name}` }).id };
};

/** A dataset may be damaged, have no card, or lie elsewhere: any folder that is there is looked at. */
function folderOf(context: EngineContext, dataset: string): string {
  if (isAbsolute(dataset) && isFolder(dataset)) return dataset;
  const folder = join(context.paths.datasets, dataset);
  if (nameSchema.safeParse(dataset).success && isFolder(folder)) return folder;
  return requireDataset(context, dataset).folder;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
