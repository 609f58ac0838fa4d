// `trm dataset`: build, list, show and verify datasets. The flags of a build come from its schema.

import type { Argv, CommandModule } from 'yargs';
import type { CallOutput, DatasetRow } from '../../common/api.ts';
import { importCommand } from './dataset-import.ts';
import { verifyCommand } from './dataset-verify.ts';
import { formatBytes, formatFacts, formatTable, formatTime } from './format.ts';
import type { GlobalOptions } from './output.ts';

/** Most imported files that are shown; the card lists all. */
const mostSourceFiles = 5;

type OneDataset = GlobalOptions & { name: string };
type BuildOptions = GlobalOptions & {
  name: string | undefined;
  config: string | undefined;
  replace: boolean;
};

export const datasetCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'dataset',
  describe: 'Build, list, show and verify datasets',
  builder: (yargs) =>
    yargs
      .command(buildCommand)
      .command(importCommand)
      .command(listCommand)
      .command(showCommand)
      .command(verifyCommand)
      .demandCommand(1, 'A command is missing'),
  handler() {},
};

const buildCommand: CommandModule<GlobalOptions, BuildOptions> = {
  command: 'build [name]',
  describe: 'Build a dataset, by flags or as a config file says',
  async builder(yargs: Argv<GlobalOptions>) {
    const { addBuildFlags } = await import('./build-flags.ts');
    const common = yargs
      .positional('name', {
        type: 'string',
        describe: 'Name of the dataset; by default the one in the config',
      })
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'Config file whose dataset.build is used',
      })
      .option('replace', { type: 'boolean', default: false, describe: 'Replace a dataset of this name' })
      .example('$0 dataset build easy --kind sudoku --size 4 --train-puzzles 1000 --test-puzzles 200', '');
    return addBuildFlags(common);
  },
  async handler({ name, config, replace, ...options }) {
    const { readBuild } = await import('./build-flags.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = { ...readBuild(name, config, options), replace };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'dataset', () =>
        session.client.call('dataset.build', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (session.output.json) return;
      const { name, trainPuzzles, testPuzzles, folder, digest } = result;
      session.output.say(`${name}: ${trainPuzzles} puzzles for training, ${testPuzzles} for testing`);
      session.output.say(
        formatFacts([
          ['folder', folder],
          ['digest', digest],
        ]),
      );
    });
  },
};

const listCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'list',
  describe: 'List all datasets',
  async handler(options) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'dataset.list', {}, describeDatasets);
  },
};

const showCommand: CommandModule<GlobalOptions, OneDataset> = {
  command: 'show <name>',
  describe: 'Show the card of a dataset',
  builder: (yargs) =>
    yargs.positional('name', { type: 'string', demandOption: true, describe: 'The dataset' }),
  async handler({ name, ...options }) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'dataset.show', { name }, describeCard);
  },
};

function describeDatasets(datasets: DatasetRow[]): string {
  if (datasets.length === 0) return 'No datasets yet. trm dataset build makes one.';
  return formatTable(
    ['dataset', 'kind', 'training', 'testing', 'size', 'digest', 'built'],
    datasets.map(({ name, kind, trainPuzzles, testPuzzles, sizeBytes, digest, createdAt }) => [
      name,
      kind,
      `${trainPuzzles}`,
      `${testPuzzles}`,
      formatBytes(sizeBytes),
      digest.slice(0, 12),
      formatTime(createdAt),
    ]),
  );
}

function describeCard({ row, card, runs }: CallOutput<'dataset.show'>): string {
  const facts: [string, string][] = [
    ['dataset', row.name],
    ['folder', row.folder],
    ['size', formatBytes(row.sizeBytes)],
    ['digest', row.digest],
  ];
  if (card !== null) {
    facts.push(
      ['title', card.title],
      ['source', card.source],
      ['licence', card.licence],
      ['seed', `${card.seed}`],
    );
    for (const [name, split] of Object.entries(card.splits)) {
      const { puzzles, examples, counts, distributions } = split;
      const counted = Object.entries(counts).map(([what, count]) => `, ${count} ${what}`);
      facts.push([name, `${puzzles} puzzles, ${examples} examples${counted.join('')}`]);
      const ranges = Object.entries(distributions).map(([what, d]) => `${what} ${d.minimum} to ${d.maximum}`);
      if (ranges.length > 0) facts.push(['', ranges.join(', ')]);
    }
    for (const { path, sha256 } of card.sourceFiles.slice(0, mostSourceFiles))
      facts.push(['imported', `${path} ${sha256}`]);
    const more = card.sourceFiles.length - mostSourceFiles;
    if (more > 0) facts.push(['', `and ${more} more files`]);
    facts.push(['samples', card.samples.map(({ path }) => path).join(', ') || 'none']);
    for (const check of card.leakageChecks) {
      facts.push([check.passed ? 'check passed' : 'CHECK FAILED', `${check.name}: ${check.result}`]);
    }
  }
  return formatFacts([...facts, ['runs', runs.map((run) => run.id).join(', ') || 'none']]);
}
