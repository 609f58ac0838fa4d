// A program that is compared, in a process of its own: it prints a JSON line when it is ready, and one for every line
// that is written to it. Rounds go in turn, so that all programs meet the same machine.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { UserError } from '../common/errors.ts';
import type { CommonSettings, Precision } from './options.ts';

export interface Program {
  name: string;
  command: string;
  programArguments: string[];
}

interface Contender<Ready, Answer> {
  ready: Ready;
  ask(request: string): Promise<Answer>;
  close(): void;
}

export interface Measured<Ready, Answer> {
  name: string;
  ready: Ready;
  /** One for each round. */
  answers: Answer[];
}

/** One of our programs in this folder. */
export function ourProgram(name: string, file: string, settings: object): Program {
  const programArguments = [join(import.meta.dirname, file), JSON.stringify(settings)];
  return { name, command: process.execPath, programArguments };
}

/** The reference's program in each precision, eager and under torch.compile; none where no checkout is given. */
export function referencePrograms(
  { reference, python }: CommonSettings,
  file: string,
  precisions: readonly Precision[],
  settingsOf: (precision: Precision) => object,
): Program[] {
  if (reference === undefined) return [];
  const script = join(import.meta.dirname, file);
  return precisions.flatMap((precision) =>
    [false, true].map((compile) => ({
      name: `reference, ${compile ? 'torch.compile' : 'eager'}, ${precision}`,
      command: python,
      programArguments: [script, reference, JSON.stringify({ compile, ...settingsOf(precision) })],
    })),
  );
}

/** Starts all programs, asks each in turn for `rounds` rounds, and ends them. @throws UserError when one ends early */
export async function measureInTurn<Ready extends z.ZodType, Answer extends z.ZodType>(
  programs: Program[],
  schemas: { ready: Ready; answer: Answer },
  rounds: number,
  request: string,
): Promise<Measured<z.infer<Ready>, z.infer<Answer>>[]> {
  const contenders: Contender<z.infer<Ready>, z.infer<Answer>>[] = [];
  try {
    for (const program of programs) {
      process.stderr.write(`Starting ${program.name}\n`);
      contenders.push(await openContender(program, schemas));
    }
    const measured = contenders.map(({ ready }, index): Measured<z.infer<Ready>, z.infer<Answer>> => {
      return { name: programs[index]?.name ?? '', ready, answers: [] };
    });
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`Round ${round + 1} of ${rounds}\n`);
      for (const [index, { ask }] of contenders.entries()) measured[index]?.answers.push(await ask(request));
    }
    return measured;
  } finally {
    for (const { close } of contenders) close();
  }
}

async function openContender<Ready extends z.ZodType, Answer extends z.ZodType>(
  { name, command, programArguments }: Program,
  schemas: { ready: Ready; answer: Answer },
): Promise<Contender<z.infer<Ready>, z.infer<Answer>>> {
  const child = spawn(command, programArguments, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, TRM_BENCH_STARTED_MS: String(Date.now()), PYTHONDONTWRITEBYTECODE: '1' },
  });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints = (complaints + data.toString()).slice(-2000);
  });
  child.on('error', ({ message }) => {
    complaints = message;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function read(): Promise<unknown> {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value);
    throw new UserError({
      what: 'A program of the benchmark ended early',
      where: `${name}: ${command} ${programArguments[0]}`,
      found: complaints.trim().split('\n').slice(-5).join('\n'),
      expected: 'a measurement',
    });
  }
  return {
    ready: schemas.ready.parse(await read()),
    async ask(request) {
      child.stdin.write(`${request}\n`);
      return schemas.answer.parse(await read());
    },
    close: () => {
      child.kill();
    },
  };
}
