// The fidelity report: `npm run parity` compares every variant with the golden numbers of the reference and writes
// docs/fidelity.md. `-- --golden DIR` compares with other numbers of the same layout and writes nothing; `--json`
// prints one object and writes nothing. It ends with 1 when a bound is broken.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, formatErrorDetails, UserError } from '../../common/errors.ts';
import { startRuntime } from '../../worker/runtime.ts';
import { goldenRoot, readGolden } from '../worker/golden.ts';
import { fidelityDocument } from './document.ts';
import { goldenFolders } from './folders.ts';
import { bounds } from './ledger.ts';
import { type ExecutorKind, type Measurement, measureVariant } from './measure.ts';
import { describeVariant } from './report.ts';

const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'fidelity.md');

interface Options {
  /** Null for the numbers kept with the tests. */
  golden: string | null;
  json: boolean;
}

function readOptions(commandLine: string[]): Options {
  try {
    const { values } = parseArgs({
      args: commandLine,
      options: { golden: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    return { golden: values.golden ?? null, json: values.json };
  } catch (error) {
    throw new UserError({
      what: 'The options of the fidelity report are not understood',
      found: error instanceof Error ? error.message : String(error),
      expected: 'nothing, or --golden DIR, or --json, or both',
      remedy: 'npm run parity -- --golden test/golden --json',
    });
  }
}

async function reportParity(commandLine: string[]): Promise<void> {
  const { golden, json } = readOptions(commandLine);
  const folders = goldenFolders(golden ?? goldenRoot);
  const { backend, version, fusedLayers } = await startRuntime();
  const kinds: ExecutorKind[] = [
    ...(fusedLayers ? ['fused' as const] : []),
    ...(backend === 'tensorflow' ? ['captured' as const] : []),
    'eager',
  ];
  const measurements: Measurement[] = [];
  for (const { name, folder } of folders) {
    const numbers = readGolden(name, folder);
    const ofVariant: Measurement[] = [];
    for (const kind of kinds) ofVariant.push(await measureVariant(numbers, kind));
    measurements.push(...ofVariant);
    if (!json) process.stdout.write(`${describeVariant(ofVariant)}\n\n`);
  }
  const passed = measurements.every((measurement) => measurement.passed);
  if (json) printJson({ golden, backend, version, passed }, measurements);
  else process.stdout.write(passed ? 'Every bound is kept.\n' : 'A bound is broken.\n');
  if (golden === null && !json && passed) {
    mkdirSync(dirname(DOCUMENT), { recursive: true });
    writeFileSync(DOCUMENT, fidelityDocument(measurements, backend));
    process.stdout.write('Written: docs/fidelity.md\n');
  }
  if (!passed) process.exitCode = 1;
}

/** Numbers that are none, as where a tensor is missing, become null. */
function printJson(summary: Record<string, unknown>, measurements: Measurement[]): void {
  const variants = measurements.map(({ deviations, ...measurement }) => ({
    ...measurement,
    deviations: deviations.map((deviation) => ({ ...deviation, bound: bounds[deviation.quantity] })),
  }));
  process.stdout.write(`${JSON.stringify({ ...summary, variants }, null, 2)}\n`);
}

try {
  await reportParity(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${formatErrorDetails(describeError(error))}\n`);
}
