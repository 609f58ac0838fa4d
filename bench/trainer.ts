// A trainer in a process of its own: it prints one measurement when its first steps are done, and one for every
// number of steps that is written to it.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { UserError } from '../common/errors.ts';
import { type Measurement, measurementSchema } from './measure.ts';

export interface Trainer {
  /** `elapsedMs` from the start to the end of the first step, imports not counted. */
  ready: Measurement;
  train(steps: number): Promise<Measurement>;
  close(): void;
}

/** Starts the program and waits for its first steps. @throws UserError when it ends instead */
export async function openTrainer(program: string, programArguments: string[]): Promise<Trainer> {
  const child = spawn(program, programArguments, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints = (complaints + data.toString()).slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function read(): Promise<Measurement> {
    const { value, done } = await lines.next();
    if (!done) return measurementSchema.parse(JSON.parse(value));
    throw new UserError({
      what: 'A trainer of the benchmark ended early',
      where: `${program} ${programArguments[0]}`,
      found: complaints.trim().split('\n').slice(-5).join('\n'),
      expected: 'a measurement',
    });
  }
  const ready = await read();
  return {
    ready,
    train: (steps) => {
      child.stdin.write(`${steps}\n`);
      return read();
    },
    close: () => {
      child.kill();
    },
  };
}
