// Benchmark: building ARC-AGI-1 (training, evaluation and concept tasks) with augmentations, ours against the reference
// implementation's builder, which Python runs from a checkout; both in turn on the same files.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../common/errors.ts';
import { parseCount, reportComparison } from './comparison.ts';
import { type Measurement, measureProgram } from './measure.ts';

interface Settings {
  /** Holds arc-agi_{training,evaluation,concept}_{challenges,solutions}.json. */
  data: string;
  augmentations: number;
  rounds: number;
  /** A checkout of the reference implementation; without it only ours is measured. */
  reference: string | undefined;
  python: string;
  json: boolean;
}

export async function benchmarkArc(commandLine: string[]): Promise<void> {
  const settings = parseSettings(commandLine);
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  const ours: Measurement[] = [];
  const reference: Measurement[] = [];
  try {
    for (let round = 0; round < settings.rounds; round++) {
      ours.push(await measureOurs(folder, settings));
      if (settings.reference !== undefined) {
        reference.push(await measureReference(folder, settings, settings.reference));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { augmentations, rounds, json } = settings;
  const title = `ARC-AGI-1 × ${augmentations} augmentations, ${rounds} rounds in turn`;
  reportComparison({ title, settings: { augmentations, rounds }, ours, reference, json });
}

function parseSettings(commandLine: string[]): Settings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      data: { type: 'string' },
      reference: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      augmentations: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.data === undefined) {
    throw new UserError({
      what: 'The benchmark needs the ARC-AGI tasks',
      expected: '--data FOLDER with arc-agi_{training,evaluation,concept}_{challenges,solutions}.json',
    });
  }
  return {
    data: resolve(values.data),
    reference: values.reference,
    python: values.python,
    json: values.json,
    augmentations: parseCount('augmentations', values.augmentations),
    rounds: parseCount('rounds', values.rounds),
  };
}

async function measureOurs(folder: string, { data, augmentations }: Settings): Promise<Measurement> {
  const output = join(folder, 'ours');
  const program = join(import.meta.dirname, 'arc-ours.ts');
  const measurement = await measureProgram(process.execPath, [program, data, output, String(augmentations)]);
  await rm(output, { recursive: true });
  return measurement;
}

async function measureReference(
  folder: string,
  { data, augmentations, python }: Settings,
  reference: string,
): Promise<Measurement> {
  const output = join(folder, 'reference');
  const program = join(import.meta.dirname, 'arc_reference.py');
  const measurement = await measureProgram(python, [program, reference, data, output, String(augmentations)]);
  await rm(output, { recursive: true });
  return measurement;
}
