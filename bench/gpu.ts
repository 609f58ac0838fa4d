// Benchmark: the published configs for some minutes each on one NVIDIA GPU: time a step, GPU memory, use and energy.
// Puzzles are made up, which changes neither time nor memory, so no dataset is needed.

import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DEVICE_PATTERN } from '../common/config/device.ts';
import { UserError } from '../common/errors.ts';
import { telemetrySummarySchema } from '../common/telemetry.ts';
import { chooseDevice } from '../worker/device.ts';
import { listGpus } from '../worker/telemetry/gpus.ts';
import { measureInTurn, ourProgram } from './contender.ts';
import { measurementSchema } from './measure.ts';
import { type CommonSettings, commonOptions, parseCount, readCommonSettings } from './options.ts';
import { gigabytes, publish } from './report.ts';
import { publishedConfigs, trainingOf } from './startup.ts';

const lines = {
  ready: z.object({ device: z.enum(['cpu', 'gpu']), library: z.string(), firstStepMs: z.number() }),
  answer: measurementSchema.extend({
    steps: z.number(),
    stepMs: z.object({ median: z.number(), minimum: z.number(), maximum: z.number() }),
    telemetry: telemetrySummarySchema.nullable(),
  }),
};
type Measured = { config: string; batchSize: number; microBatches: number } & z.infer<typeof lines.ready> &
  z.infer<typeof lines.answer>;

interface GpuSettings extends Pick<CommonSettings, 'json' | 'output'> {
  device: string;
  seconds: number;
  configs: string[];
}

/** @throws UserError where the device is not there */
export async function benchmarkGpu(commandLine: string[]): Promise<void> {
  const settings = parseGpuSettings(commandLine);
  const { device, seconds } = settings;
  if (device !== 'cpu') chooseDevice(device, process.env.CUDA_VISIBLE_DEVICES, await listGpus());
  const measured: Measured[] = [];
  for (const config of settings.configs) measured.push(await measureConfig(config, settings));
  await publish(
    {
      title: `Training the published configs on ${device}, ${seconds} s each`,
      tables: [{ columns, rows: measured.map(describe) }],
      remarks: [
        'Memory is what nvidia-smi says of the whole GPU; its energy is the integral of the measured power.',
      ],
      facts: { device, seconds, configs: measured },
    },
    settings,
  );
}

function parseGpuSettings(commandLine: string[]): GpuSettings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      ...commonOptions,
      device: { type: 'string', default: 'cuda' },
      seconds: { type: 'string', default: '180' },
      config: { type: 'string', multiple: true },
    },
  });
  const { json, output } = readCommonSettings({ ...values, rounds: '1' });
  if (!DEVICE_PATTERN.test(values.device) || values.device === 'auto') {
    throw new UserError({
      what: '--device names no device to measure',
      found: values.device,
      expected: 'cuda or cuda:N; cpu tries the benchmark itself',
    });
  }
  return {
    device: values.device,
    seconds: parseCount('seconds', values.seconds),
    configs: (values.config ?? publishedConfigs).map((config) => resolve(config)),
    json,
    output,
  };
}

async function measureConfig(config: string, { device, seconds }: GpuSettings): Promise<Measured> {
  const { experiment, sizes } = trainingOf(config);
  const training = { ...experiment.training, device };
  const program = ourProgram(basename(config), 'gpu-ours.ts', {
    experiment: { ...experiment, training },
    sizes,
  });
  const [found] = await measureInTurn([program], lines, 1, String(seconds));
  const answer = found?.answers[0];
  if (found === undefined || answer === undefined) throw new Error(`${config} was not measured`);
  const { batchSize, microBatches } = training;
  return { config: basename(config), batchSize, microBatches, ...found.ready, ...answer };
}

const columns = [
  ...['config', 'batch (parts)', 'steps', 'ms a step, median', 'least to most', 'start to first step'],
  ...['GPU memory, peak', 'GPU use, mean', 'power, mean', 'energy', 'process memory, peak'],
];

function describe(measured: Measured): string[] {
  const { config, batchSize, microBatches, steps, stepMs, firstStepMs, telemetry, peakMemoryBytes } =
    measured;
  const gpu = telemetry?.gpus[0];
  return [
    config,
    `${batchSize} (${microBatches})`,
    `${steps}`,
    stepMs.median.toFixed(1),
    `${stepMs.minimum.toFixed(1)} to ${stepMs.maximum.toFixed(1)}`,
    `${(firstStepMs / 1000).toFixed(1)} s`,
    gpu?.memoryUsedBytes ? gigabytes(gpu.memoryUsedBytes.peak) : '-',
    gpu?.utilisation ? `${(100 * gpu.utilisation.mean).toFixed(0)} %` : '-',
    gpu?.powerWatts ? `${gpu.powerWatts.mean.toFixed(0)} W` : '-',
    telemetry === null ? '-' : `${telemetry.energyWh.toFixed(3)} Wh`,
    gigabytes(peakMemoryBytes),
  ];
}
