// The NVIDIA GPUs of this machine, as `nvidia-smi -L` lists them.

import { execFile } from 'node:child_process';

export interface Gpu {
  index: number;
  name: string;
  uuid: string;
  /** The names of the parts that a GPU was divided into (MIG). */
  parts: string[];
}

export interface GpuListing {
  gpus: Gpu[];
  /** Why there are none. */
  problem: string | null;
}

const GPU_LINE = /^GPU (\d+): (.+) \(UUID: (GPU-[^)]+)\)\s*$/;
const PART_LINE = /^\s+MIG .*\(UUID: (MIG-[^)]+)\)\s*$/;

/** Never throws: a machine without a GPU is none that fails. */
export function listGpus(): Promise<GpuListing> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', ['-L'], { timeout: 20_000, windowsHide: true }, (error, stdout, stderr) => {
      if (error !== null && 'code' in error && error.code === 'ENOENT') {
        return resolve({ gpus: [], problem: 'nvidia-smi is not in PATH' });
      }
      const gpus = parseGpuList(stdout);
      if (gpus.length > 0) return resolve({ gpus, problem: null });
      const said = `${stdout}${stderr}`.trim().split('\n')[0] || error?.message || 'nothing';
      resolve({ gpus: [], problem: `nvidia-smi lists no GPU (it says: ${said})` });
    });
  });
}

/** The GPUs in what `nvidia-smi -L` prints, each with its MIG parts below it. */
export function parseGpuList(text: string): Gpu[] {
  const gpus: Gpu[] = [];
  for (const line of text.split(/\r?\n/)) {
    const gpu = GPU_LINE.exec(line);
    const part = PART_LINE.exec(line);
    if (gpu) gpus.push({ index: Number(gpu[1]), name: gpu[2] ?? '', uuid: gpu[3] ?? '', parts: [] });
    else if (part) gpus.at(-1)?.parts.push(part[1] ?? '');
  }
  return gpus;
}
