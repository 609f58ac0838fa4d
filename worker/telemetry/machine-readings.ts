// Reads what this process and this machine use of processor and memory since the last reading.

import { cpus, freemem, totalmem } from 'node:os';
import type { ProcessorEnergy } from './processor-energy.ts';
import type { MachineReading } from './stretch.ts';

/** The first reading counts from now. */
export function createMachineReader(energy: ProcessorEnergy | null): () => MachineReading {
  let [lastMs, processor, machine] = [performance.now(), process.cpuUsage(), machineTimes()];
  energy?.read();
  return () => {
    const nowMs = performance.now();
    const used = process.cpuUsage(processor);
    const times = machineTimes();
    const elapsedMs = Math.max(1, nowMs - lastMs);
    const passed = times.all - machine.all;
    const reading = {
      elapsedMs,
      processMs: (used.user + used.system) / 1000,
      machineShare: passed > 0 ? (times.busy - machine.busy) / passed : 0,
      processBytes: process.memoryUsage.rss(),
      machineBytes: totalmem() - freemem(),
      machineTotalBytes: totalmem(),
      joules: energy?.read() ?? null,
    };
    [lastMs, processor, machine] = [nowMs, process.cpuUsage(), times];
    return reading;
  };
}

/** Time of all logical processors together since the machine started. */
function machineTimes(): { busy: number; all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const ofCore = Object.values(times).reduce((sum, each) => sum + each, 0);
    all += ofCore;
    busy += ofCore - times.idle;
  }
  return { busy, all };
}
