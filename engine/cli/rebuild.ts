// `trm rebuild`: makes the database anew from the files on disk.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { GlobalOptions } from './output.ts';

export const rebuildCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'rebuild',
  describe: 'Make the database anew from the files of datasets, runs and exports',
  async handler(options) {
    const { createOutput } = await import('./output.ts');
    const { rebuildHome } = await import('../rebuild.ts');
    const { formatErrorDetails } = await import('../../common/errors.ts');
    const output = createOutput(options);
    const report = rebuildHome(options.home === undefined ? undefined : resolve(options.home));
    output.emit(report);
    if (output.json) return;
    output.say(`Took in ${report.datasets} datasets, ${report.runs} runs and ${report.exports} exports.`);
    if (report.keptFile !== null) output.say(`The old database is kept as ${report.keptFile}`);
    for (const { folder, error } of report.skipped)
      output.note(`Left out ${folder}: ${formatErrorDetails(error)}`);
  },
};
