// The thread that reads the machine while another one trains: training steps hold the main thread for seconds, this one
// goes on.

import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { readGpus } from './gpu-readings.ts';
import { createMachineReader } from './machine-readings.ts';
import { openProcessorEnergy } from './processor-energy.ts';
import { createStretch } from './stretch.ts';

export const samplerSettingsSchema = z.object({
  /** The uuid of the GPU that is read; null reads none. */
  gpu: z.string().nullable(),
  /** Time between two readings, and length of the stretches that are told. */
  readEveryMs: z.number().positive(),
  tellEveryMs: z.number().positive(),
});

if (parentPort !== null) startSampling(parentPort);

function startSampling(port: NonNullable<typeof parentPort>): void {
  const { gpu, readEveryMs, tellEveryMs } = samplerSettingsSchema.parse(workerData);
  const stretch = createStretch();
  const readMachine = createMachineReader(openProcessorEnergy());
  const readings = gpu === null ? null : readGpus(gpu, readEveryMs, stretch.addGpu);
  const tell = () => {
    stretch.addMachine(readMachine());
    port.postMessage(stretch.take(new Date()));
  };
  const timers = [
    setInterval(() => stretch.addMachine(readMachine()), readEveryMs),
    setInterval(tell, tellEveryMs),
  ];
  // Any message asks for the end; the last stretch, however short, is told before.
  port.once('message', () => {
    timers.forEach(clearInterval);
    readings?.close();
    tell();
    port.close();
  });
}
