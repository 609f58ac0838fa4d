// `trm device`: what an export takes on a small device, measured here within limits, or imported from the device.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { DeviceFigure } from '../../common/device-figures.ts';
import { explainFileError } from '../../common/file-troubles.ts';
import { describeFigure, describeLimit } from './exports.ts';
import { formatFacts } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface DeviceOptions extends GlobalOptions {
  export: string;
  threads: string;
  'memory-mb': string | undefined;
  puzzles: string;
  dataset: string | undefined;
  'pj-per-operation': string | undefined;
}

const measureCommand: CommandModule<GlobalOptions, DeviceOptions> = {
  command: ['measure <export>', '$0 <export>'],
  describe: 'Measure an export with limited threads and memory, and estimate the energy of a puzzle',
  builder: (yargs) =>
    yargs
      .positional('export', {
        type: 'string',
        demandOption: true,
        describe: 'Name of the export, or its file',
      })
      .option('threads', { type: 'string', default: '1', requiresArg: true, describe: 'Threads of a run' })
      .option('memory-mb', {
        type: 'string',
        requiresArg: true,
        describe: 'Memory that the process may use, in MB; unlimited by default',
      })
      .option('puzzles', {
        type: 'string',
        default: '20',
        requiresArg: true,
        describe: 'Puzzles that are timed',
      })
      .option('dataset', {
        type: 'string',
        requiresArg: true,
        describe: "Where the puzzles come from; by default the run's own dataset",
      })
      .option('pj-per-operation', {
        type: 'string',
        requiresArg: true,
        describe: 'Energy of a multiply-add of the device in picojoules, for the estimate',
      }),
  async handler(given) {
    const { export: name, dataset, threads, puzzles, ...options } = given;
    const { parseCount, parseNumber, resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const memory = given['memory-mb'];
    const energy = given['pj-per-operation'];
    const input = {
      export: resolveReference(name),
      dataset: dataset ?? null,
      threads: parseCount('--threads', threads),
      memoryMb: memory === undefined ? null : parseCount('--memory-mb', memory, 32),
      puzzles: parseCount('--puzzles', puzzles),
      picojoulesPerMultiplyAdd: energy === undefined ? null : parseNumber('--pj-per-operation', energy),
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'device', () =>
        session.client.call('device.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeDevice(result.figure));
    });
  },
};

const importCommand: CommandModule<GlobalOptions, GlobalOptions & { file: string }> = {
  command: 'import <file>',
  describe: "Add what a bundle's runner measured on a device (`--benchmark`) to the export's table",
  builder: (yargs) =>
    yargs.positional('file', {
      type: 'string',
      demandOption: true,
      describe: 'JSON file that the runner wrote',
    }),
  async handler({ file, ...options }) {
    const { printCall } = await import('./print-call.ts');
    const path = resolve(file);
    await printCall(options, 'device.import', { text: readText(path), file: path }, (answer) =>
      formatFacts([
        ['export', answer.export.name],
        ['device', answer.figure.device],
        describeFigure(answer.figure),
      ]),
    );
  },
};

export const deviceCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'device',
  describe: 'Measure an export as a small device runs it, or import what was measured on one',
  builder: (yargs) => yargs.command(importCommand).command(measureCommand),
  handler() {},
};

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw explainFileError(error, 'Cannot read the benchmark', path);
  }
}

function describeDevice(figure: DeviceFigure): string {
  const { energy, memoryLimitMb, memoryLimitedBy } = figure;
  const kept =
    memoryLimitMb !== null && memoryLimitedBy === 'none' ? ': this platform has no way to limit it' : '';
  return formatFacts([
    ['device', `${figure.device}; ${figure.runtime}`],
    ['memory limit', `${describeLimit(figure)}${kept}`],
    describeFigure(figure),
    ['puzzles', `${figure.puzzles} timed, ${figure.steps?.toFixed(2) ?? '-'} steps on average (measured)`],
    ...(energy === null
      ? []
      : [
          [
            'energy',
            `${energy.millijoules.toPrecision(3)} mJ a puzzle (estimated): ${energy.assumption}`,
          ] as [string, string],
        ]),
  ]);
}
