// What the machine did while a run was trained, as `trm runs` prints it.

import type { CallOutput } from '../../common/api.ts';
import {
  type Figure,
  type GpuTelemetry,
  type TelemetrySummary,
  WATTS_PER_BUSY_CORE,
} from '../../common/telemetry.ts';
import { formatBytes, formatShare, formatTable } from './format.ts';

type Listed = CallOutput<'run.telemetry'>;

/** Stretches that are listed where not all are asked for. */
const LISTED = 20;

/** Means with their peaks, and the energy of all sessions together; nothing where nothing was recorded. */
export function describeTelemetry(telemetry: TelemetrySummary | null): [name: string, value: string][] {
  if (telemetry === null) return [];
  const { processCores, processBytes, machineTotalBytes, gpus } = telemetry;
  const cores = both(processCores, (value) => value.toFixed(1));
  return [
    ['processor', `${cores} cores`],
    ['memory', `${both(processBytes, formatBytes)} of ${formatBytes(machineTotalBytes)}`],
    ...gpus.map((gpu): [string, string] => [`GPU ${gpu.index}`, `${gpu.name}: ${describeGpu(gpu)}`]),
    ['energy', describeEnergy(telemetry)],
  ];
}

/** `use 93.0 % (peak 99.0 %), memory 9.1 GB (peak 9.4 GB) of 25.8 GB, 61 °C (peak 66 °C), 301 W (peak 322 W)` */
function describeGpu(gpu: GpuTelemetry): string {
  const { utilisation, memoryUsedBytes, memoryTotalBytes, temperatureCelsius, powerWatts } = gpu;
  const ofTotal = memoryTotalBytes === null ? '' : ` of ${formatBytes(memoryTotalBytes)}`;
  const parts = [
    utilisation && `use ${both(utilisation, formatShare)}`,
    memoryUsedBytes && `memory ${both(memoryUsedBytes, formatBytes)}${ofTotal}`,
    temperatureCelsius && both(temperatureCelsius, (value) => `${Math.round(value)} °C`),
    powerWatts && both(powerWatts, (value) => `${Math.round(value)} W`),
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'it tells nothing of its use' : parts.join(', ');
}

/** `12.4 Wh: GPU 10.1 Wh (measured), processor 2.3 Wh (estimate: 5 W a busy core)` */
export function describeEnergy({ energyWh, gpuWh, cpuWh, cpuSource }: TelemetrySummary): string {
  const assumption = `${WATTS_PER_BUSY_CORE} W a busy core`;
  const sources = {
    counters: "measured by the processor's counters",
    estimate: `estimate: ${assumption}`,
    'partly an estimate': `partly measured, partly an estimate: ${assumption}`,
  };
  const gpu = gpuWh === null ? '' : `GPU ${formatEnergy(gpuWh)} (measured), `;
  return `${formatEnergy(energyWh)}: ${gpu}processor ${formatEnergy(cpuWh)} (${sources[cpuSource]})`;
}

function formatEnergy(wattHours: number): string {
  return wattHours < 1000 ? `${wattHours.toPrecision(3)} Wh` : `${(wattHours / 1000).toPrecision(4)} kWh`;
}

function both({ mean, peak }: Figure, format: (value: number) => string): string {
  return `${format(mean)} (peak ${format(peak)})`;
}

/** The last stretches as a table; a GPU has its columns where the run had one. */
export function listTelemetry(listed: Listed): string {
  if (listed.length === 0) return 'Nothing of the machine was recorded yet.';
  const hasGpu = listed.some(({ telemetry }) => telemetry.gpus.length > 0);
  const rows = listed.slice(-LISTED).map(({ step, telemetry }) => {
    const { time, processCores, processBytes, gpus, cpuWh, gpuWh } = telemetry;
    const [gpu] = gpus;
    const ofGpu = [
      gpu?.utilisation ? formatShare(gpu.utilisation.mean) : '-',
      gpu?.memoryUsedBytes ? formatBytes(gpu.memoryUsedBytes.peak) : '-',
      gpu?.powerWatts ? gpu.powerWatts.mean.toFixed(0) : '-',
    ];
    const energy = (cpuWh + (gpuWh ?? 0)).toPrecision(3);
    const own = [time.slice(0, 19), `${step}`, processCores.mean.toFixed(1), formatBytes(processBytes.peak)];
    return [...own, ...(hasGpu ? ofGpu : []), energy];
  });
  const gpuHeads = hasGpu ? ['GPU use', 'GPU memory', 'GPU W'] : [];
  return formatTable(['until (UTC)', 'step', 'cores', 'memory', ...gpuHeads, 'Wh'], rows);
}

/** All stretches, a line each and GPU; a value that is not known is empty. */
export function telemetryToCsv(listed: Listed): string {
  const heads = [
    ...[
      'time',
      'segment',
      'step',
      'elapsed_ms',
      'process_cores',
      'machine_share',
      'process_bytes',
      'machine_bytes',
    ],
    ...['cpu_wh', 'cpu_source', 'gpu_wh', 'gpu', 'gpu_share', 'gpu_memory_bytes', 'gpu_celsius', 'gpu_watts'],
  ];
  const lines = listed.flatMap(({ segment, step, telemetry }) => {
    const { time, elapsedMs, processCores, machineShare, processBytes, machineBytes } = telemetry;
    const own = [time, segment, step, elapsedMs, processCores.mean, machineShare.mean, processBytes.peak];
    const energy = [telemetry.cpuWh, telemetry.cpuSource, telemetry.gpuWh ?? ''];
    const gpus = telemetry.gpus.length === 0 ? [null] : telemetry.gpus;
    return gpus.map((gpu) => {
      const ofGpu = [gpu?.utilisation?.mean, gpu?.memoryUsedBytes?.peak, gpu?.temperatureCelsius?.mean];
      const cells = [...own, machineBytes.peak, ...energy, gpu?.index, ...ofGpu, gpu?.powerWatts?.mean];
      return cells.map((cell) => cell ?? '').join(',');
    });
  });
  return [heads.join(','), ...lines].join('\n');
}
