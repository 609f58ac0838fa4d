// `trm dataset import`: takes over a dataset that the PyTorch reference wrote.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { datasetBuildSchema } from '../../common/config/dataset.ts';
import type { ReferenceBuild } from '../../common/config/dataset-reference.ts';
import { formatFacts } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface ImportOptions extends GlobalOptions {
  folder: string;
  name: string;
  domain: ReferenceBuild['domain'];
  source: string;
  licence: string;
  replace: boolean;
}

export const importCommand: CommandModule<GlobalOptions, ImportOptions> = {
  command: 'import <folder>',
  describe: 'Take over a dataset that the PyTorch reference wrote',
  builder: (yargs) =>
    yargs
      .positional('folder', {
        type: 'string',
        demandOption: true,
        describe: 'Folder with train/ and test/ in it; it stays as it is',
      })
      .option('name', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Name of the dataset in the studio',
      })
      .option('domain', {
        choices: ['auto', 'sudoku', 'maze', 'arc', 'plain'] as const,
        default: 'auto' as const,
        requiresArg: true,
        describe: 'What the tokens mean; auto tells it by the sizes',
      })
      .option('source', { type: 'string', default: '', requiresArg: true, describe: 'Noted on the card' })
      .option('licence', { type: 'string', default: '', requiresArg: true, describe: 'Noted on the card' })
      .option('replace', { type: 'boolean', default: false, describe: 'Replace a dataset of this name' }),
  async handler({ folder, name, domain, source, licence, replace, ...options }) {
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const build = datasetBuildSchema.parse({
      kind: 'reference',
      folder: resolve(folder),
      domain,
      source,
      licence,
    });
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'dataset', () =>
        session.client.call('dataset.build', { name, build, replace }),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (session.output.json) return;
      const { trainPuzzles, testPuzzles, folder: place, digest } = result;
      session.output.say(`${name}: ${trainPuzzles} puzzles for training, ${testPuzzles} for testing`);
      session.output.say(
        formatFacts([
          ['folder', place],
          ['digest', digest],
        ]),
      );
    });
  },
};
