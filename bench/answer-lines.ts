// Our side of a comparison: prints what is ready, then for each line that comes in does the work and prints what it
// took. reference_lines.py speaks the same lines.

import { createInterface } from 'node:readline';
import { measureWork } from './measure.ts';

/** Milliseconds since this process was asked for. */
export function sinceStartMs(): number {
  return Date.now() - Number(process.env.TRM_BENCH_STARTED_MS ?? Date.now());
}

/** Does `work` for each line; what it returns is printed beside the measurement. Ends the process with the last line. */
export async function answerLines(ready: object, work: (line: string) => Promise<object>): Promise<never> {
  print(ready);
  for await (const line of createInterface({ input: process.stdin })) {
    let result: object = {};
    const measurement = await measureWork(async () => {
      result = await work(line);
    });
    print({ ...measurement, ...result });
  }
  process.exit(0);
}

function print(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
