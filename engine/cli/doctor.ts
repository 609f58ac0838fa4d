// `trm doctor`: the parts of this installation. Asks no engine, so that it works when the store does not.

import type { CommandModule } from 'yargs';
import type { CallOutput } from '../../common/api.ts';
import { formatTable } from './format.ts';
import type { GlobalOptions } from './output.ts';

export const doctorCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'doctor',
  describe: 'List the parts of this installation and how to mend what is missing',
  async handler(options) {
    const { inspectMachine } = await import('../doctor.ts');
    const { createOutput } = await import('./output.ts');
    const output = createOutput(options);
    const report = await inspectMachine();
    output.emit(report);
    if (!output.json) output.say(describeReport(report));
    if (!report.ok) process.exitCode = 1;
  },
};

function describeReport({ parts }: CallOutput<'doctor.inspect'>): string {
  const table = formatTable(
    ['part', 'state', 'version', 'from'],
    parts.map(({ name, status, version, origin }) => [name, status, version ?? '', origin ?? '']),
  );
  const remarks = parts.flatMap(({ name, detail, remedy }) => {
    const lines = [detail, remedy === null ? null : `to do: ${remedy}`].filter((line) => line !== null);
    return lines.map((line) => `${name}: ${line}`);
  });
  return [table, ...remarks].join('\n');
}
