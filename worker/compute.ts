// Settles how this machine computes: what `auto` means for the precision of captured graphs and for XLA, and why.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSection } from '../common/config/training.ts';
import { type Compute, type ComputeReport, plainCompute } from './capture/compute.ts';
import { chosenGpu } from './device.ts';
import { loadNativeAddon } from './native/native.ts';

/** What of the device decides. */
export interface DeviceFacts {
  /** CUDA compute capability of the GPU that computes, 0 where it is not known; null on a CPU. */
  computeCapability: number | null;
  /** Whether the CPU multiplies bfloat16 by itself. */
  cpuHasBfloat16: boolean;
  /** Whether our native addon is there. */
  hasFusedLayers: boolean;
}

type ComputeSettings = Pick<TrainingSection, 'precision' | 'xla'>;

/** The first generation of NVIDIA GPUs with bfloat16 (Ampere). */
const FIRST_WITH_BFLOAT16 = 8.0;

/** How to compute on the device that TensorFlow uses in this process. */
export function computeOnThisDevice(settings: ComputeSettings): Compute {
  return tf.getBackend() === 'tensorflow' ? settleCompute(settings, deviceFacts()) : plainCompute;
}

/** What the settings mean on a device. */
export function settleCompute({ precision, xla }: ComputeSettings, device: DeviceFacts): Compute {
  const isGpu = device.computeCapability !== null;
  const hasBfloat16 = isGpu
    ? (device.computeCapability as number) >= FIRST_WITH_BFLOAT16
    : device.cpuHasBfloat16;
  const settled = precision === 'auto' ? (hasBfloat16 ? 'bfloat16' : 'float32') : precision;
  // On a CPU it takes longer to compile than it saves, and multiplies large matrices more slowly than oneDNN.
  const compiles = xla === 'auto' ? isGpu : xla === 'on';
  const fusedLayers = device.hasFusedLayers && !isGpu && settled === 'float32' && !compiles;
  return { precision: settled, xla: compiles, fusedLayers };
}

/** In evaluation and export, whose batches come in several sizes, graphs are not compiled. */
export function withoutXla(compute: Compute): Compute {
  return { ...compute, xla: false };
}

/** What a run computes with, in words. */
export function describeCompute({ precision, xla, xlaProblem, fusedLayers }: ComputeReport): string {
  const fused = fusedLayers ? ', layers fused' : '';
  const compiled = xla ? 'compiled by XLA' : 'not compiled by XLA';
  return `${precision}${fused}, ${compiled}${xlaProblem === null ? '' : ` (it could not: ${xlaProblem})`}`;
}

function deviceFacts(): DeviceFacts {
  const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice: boolean };
  return {
    computeCapability: isUsingGpuDevice ? computeCapability() : null,
    cpuHasBfloat16: cpuHasBfloat16(),
    hasFusedLayers: loadNativeAddon() !== null,
  };
}

function computeCapability(): number {
  const gpu = chosenGpu();
  const query = ['--query-gpu=compute_cap', '--format=csv,noheader'];
  try {
    const only = gpu === null ? [] : ['-i', gpu.uuid];
    return lowestCapability(
      execFileSync('nvidia-smi', [...query, ...only], { encoding: 'utf8', timeout: 20_000 }),
    );
  } catch {
    return 0;
  }
}

/** The lowest of the capabilities that nvidia-smi prints, one a line; 0 where it prints something else. */
export function lowestCapability(printed: string): number {
  const capabilities = printed.trim().split('\n').map(Number);
  return capabilities.every(Number.isFinite) ? Math.min(...capabilities) : 0;
}

/** Whether this machine's processor multiplies bfloat16 by itself. */
export function cpuHasBfloat16(): boolean {
  return hasBfloat16Flag(readCpuInformation());
}

function readCpuInformation(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Whether Linux's description of the CPUs names instructions that multiply bfloat16. */
export function hasBfloat16Flag(cpuInformation: string): boolean {
  return /^flags\s*:.*\b(avx512_bf16|amx_bf16)\b/m.test(cpuInformation);
}
