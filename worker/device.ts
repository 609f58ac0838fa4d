// Chooses the device before TensorFlow loads: TensorFlow sees only what CUDA_VISIBLE_DEVICES names by then. One job
// computes on one GPU, so the others are left to others.

import { DEVICE_PATTERN } from '../common/config/device.ts';
import { UserError } from '../common/errors.ts';
import { type Gpu, type GpuListing, listGpus } from './telemetry/gpus.ts';

export interface ChosenDevice {
  /** The value for CUDA_VISIBLE_DEVICES; null leaves it as it is. */
  visible: string | null;
  /** The GPU behind it, where nvidia-smi knows one. */
  gpu: Gpu | null;
}

/** As the process began: a second choice must not see what the first one left. */
const visibleAtStart = process.env.CUDA_VISIBLE_DEVICES;

let chosen: ChosenDevice = { visible: null, gpu: null };

/** The GPU that this process computes on, null on a CPU. */
export function chosenGpu(): Gpu | null {
  return chosen.gpu;
}

/** To be called where TensorFlow turned out to use none: what the GPU does is then no part of the job. */
export function forgetGpu(): void {
  chosen = { ...chosen, gpu: null };
}

/**
 * Makes the device the only one that TensorFlow will see. `TRM_DEVICE` wins over `device`.
 * @throws UserError where a GPU is asked for that is not there
 */
export async function applyDevice(device: string): Promise<void> {
  const asked = askedDevice(device);
  const listing = asked === 'cpu' ? { gpus: [], problem: null } : await listGpus();
  chosen = chooseDevice(asked, visibleAtStart, listing);
  if (chosen.visible === null) return;
  process.env.CUDA_VISIBLE_DEVICES = chosen.visible;
}

/** The device of the config, or what TRM_DEVICE says in its place. @throws UserError where that names no device */
export function askedDevice(device: string): string {
  const asked = process.env.TRM_DEVICE || device;
  if (DEVICE_PATTERN.test(asked)) return asked;
  throw new UserError({
    what: 'TRM_DEVICE names no device',
    where: 'the environment variable TRM_DEVICE',
    found: asked,
    expected: 'auto, cpu, cuda or cuda:N',
  });
}

/** @throws UserError where a GPU is asked for that is not there */
export function chooseDevice(
  device: string,
  visibleDevices: string | undefined,
  listing: GpuListing,
): ChosenDevice {
  if (device === 'cpu') return { visible: '-1', gpu: null };
  const visible = visibleGpus(listing.gpus, visibleDevices);
  if (device === 'auto') {
    const [first] = visible;
    return first === undefined ? { visible: null, gpu: null } : { visible: first.token, gpu: first.gpu };
  }
  const found = visible[Number(device.split(':')[1] ?? 0)];
  if (found === undefined) throw noSuchGpu(device, visible.length, visibleDevices, listing);
  return { visible: found.token, gpu: found.gpu };
}

/** What CUDA shows of the GPUs: names and numbers in the order of the variable, up to the first that is none. */
function visibleGpus(gpus: Gpu[], visibleDevices: string | undefined): { token: string; gpu: Gpu }[] {
  if (visibleDevices === undefined) return gpus.map((gpu) => ({ token: gpu.uuid, gpu }));
  const visible: { token: string; gpu: Gpu }[] = [];
  for (const token of visibleDevices.split(',').map((part) => part.trim())) {
    const gpu = gpus.find((each) => isNamed(each, token));
    if (gpu === undefined) break;
    // By its name, because CUDA may number GPUs otherwise than nvidia-smi.
    visible.push({ token: /^\d+$/.test(token) ? gpu.uuid : token, gpu });
  }
  return visible;
}

function isNamed({ index, uuid, parts }: Gpu, token: string): boolean {
  if (/^\d+$/.test(token)) return Number(token) === index;
  if (token.startsWith('GPU-')) return uuid.startsWith(token);
  return token.startsWith('MIG-') && (parts.some((part) => part.startsWith(token)) || token.includes(uuid));
}

function noSuchGpu(
  device: string,
  visibleCount: number,
  visibleDevices: string | undefined,
  { gpus, problem }: GpuListing,
): UserError {
  const listed = gpus.map(({ index, name }) => `${index}: ${name}`).join(', ');
  const seen = problem ?? `nvidia-smi lists ${listed}`;
  const limit =
    visibleDevices === undefined ? '' : `; CUDA_VISIBLE_DEVICES is ${JSON.stringify(visibleDevices)}`;
  const choices = Array.from({ length: visibleCount }, (_, index) => `cuda:${index}`);
  return new UserError({
    what: `There is no GPU ${device} here`,
    where: process.env.TRM_DEVICE ? 'TRM_DEVICE' : 'training.device',
    found: `${seen}${limit}`,
    expected: ['auto', 'cpu', ...choices].join(', '),
    remedy: visibleCount > 0 ? 'name one of these' : 'choose cpu, or let `trm doctor` say what the GPU lacks',
  });
}
