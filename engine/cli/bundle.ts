// `trm bundle`: exported models with everything that runs them elsewhere, as one zip.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { BundleResult } from '../../common/bundle.ts';
import { formatBytes, formatFacts } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface BundleOptions extends GlobalOptions {
  exports: string[];
  output: string;
  dataset: string | undefined;
  examples: string;
  'without-runtime': boolean;
  replace: boolean;
}

export const bundleCommand: CommandModule<GlobalOptions, BundleOptions> = {
  command: 'bundle <exports..>',
  describe: 'Pack exports with runners, a model card and an offline web app into one zip',
  builder: (yargs) =>
    yargs
      .positional('exports', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Exports of one checkpoint, by name or as .onnx files; the web app begins with the first',
      })
      .option('output', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'The zip to write',
      })
      .option('dataset', {
        type: 'string',
        requiresArg: true,
        describe: "Dataset whose test puzzles come along as examples; by default the model's own",
      })
      .option('examples', { type: 'string', default: '24', describe: 'How many example puzzles come along' })
      .option('without-runtime', {
        type: 'boolean',
        default: false,
        describe: 'Leave out the web app and ONNX Runtime for it: models, card and runners only',
      })
      .option('replace', { type: 'boolean', default: false, describe: 'Replace the zip if it exists' }),
  async handler({ exports, output, dataset, examples, replace, 'without-runtime': bare, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      exports: exports.map(resolveReference),
      outputFile: resolve(output),
      dataset: dataset ?? null,
      examples: parseCount('--examples', examples, 0),
      runtime: !bare,
      replace,
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'bundle', () =>
        session.client.call('bundle.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeBundle(result));
    });
  },
};

function describeBundle({ file, sizeBytes, sha256, files, examples, runtime }: BundleResult): string {
  const models = files.filter(({ path }) => path.endsWith('.onnx'));
  const web = 'unpack it on any static web server and open web/; it works offline after the first visit';
  return formatFacts([
    ['file', `${file} (${formatBytes(sizeBytes)}, ${files.length} files)`],
    ['models', models.map(({ path, sizeBytes: size }) => `${path} (${formatBytes(size)})`).join(', ')],
    ['examples', `${examples} puzzles`],
    ['web app', runtime ? web : 'left out'],
    ['SHA-256', sha256],
  ]);
}
