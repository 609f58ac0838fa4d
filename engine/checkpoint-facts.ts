// What a checkpoint says of itself, as far as the engine needs to know: what it was trained on and for what sizes.

import { join } from 'node:path';
import { z } from 'zod';
import { vocabularySchema } from '../common/dataset-card.ts';
import { readTextFile } from './files.ts';

const factsSchema = z.object({
  step: z.number().int(),
  experiment: z.object({ halting: z.object({ maximumSteps: z.number().int() }) }),
  dataset: z.object({
    name: z.string(),
    digest: z.string(),
    vocabularySize: z.number().int(),
    sequenceLength: z.number().int(),
    card: z.object({ vocabulary: vocabularySchema }).nullable(),
    alsoTrainedOn: z.array(z.object({ name: z.string(), digest: z.string() })).default([]),
  }),
});
export type CheckpointFacts = z.infer<typeof factsSchema>;

/** Null where the folder holds no checkpoint, or one whose description is damaged. */
export function readCheckpointFacts(folder: string): CheckpointFacts | null {
  const text = readTextFile(join(folder, 'checkpoint.json'));
  if (text === null) return null;
  try {
    return factsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
