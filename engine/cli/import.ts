// `trm import`: a file of weights of the reference, or of anybody, as a run of the studio.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { ImportResult } from '../../common/results.ts';
import { formatBytes, formatFacts } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface ImportOptions extends GlobalOptions {
  file: string;
  overrides: string[];
  name: string;
  dataset: string | undefined;
  config: string | undefined;
  'reference-config': string | undefined;
  entry: string | undefined;
  step: string | undefined;
}

export const importCommand: CommandModule<GlobalOptions, ImportOptions> = {
  command: 'import <file> [overrides..]',
  describe: 'Import a PyTorch checkpoint of the reference, or safetensors, as a run',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe:
          'The step_… file that the reference writes, a .pt or a .safetensors file; no code in it is run',
      })
      .positional('overrides', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Settings that the tensors do not tell: model.heads=4 halting.maximumSteps=8',
      })
      .option('name', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'Name of the run that it becomes',
      })
      .option('dataset', {
        type: 'string',
        requiresArg: true,
        describe: 'Dataset of its training; by default the one of --config',
      })
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'Config file that says how it was trained',
      })
      .option('reference-config', {
        type: 'string',
        requiresArg: true,
        describe: 'The all_config.yaml of its training; by default the one beside the file',
      })
      .option('entry', {
        type: 'string',
        requiresArg: true,
        describe: 'Which of several state_dicts in the file',
      })
      .option('step', {
        type: 'string',
        requiresArg: true,
        describe: 'Steps of its training; by default the number in a name such as step_65100',
      })
      .conflicts('config', 'reference-config')
      .example('$0 import step_65100 --name published --dataset sudoku-extreme', ''),
  async handler({ file, overrides, name, dataset, config, entry, step, ...options }) {
    const { parseCount } = await import('./values.ts');
    const { readExperiment } = await import('../config-file.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const referenceConfig = options['reference-config'];
    const input = {
      file: resolve(file),
      name,
      dataset: dataset ?? null,
      experiment: config === undefined ? null : readExperiment(config, overrides),
      overrides: config === undefined ? overrides : [],
      referenceConfig: referenceConfig === undefined ? null : resolve(referenceConfig),
      entry: entry ?? null,
      step: step === undefined ? null : parseCount('--step', step, 0),
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'import', () =>
        session.client.call('checkpoint.import', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeImport(result));
    });
  },
};

export function describeImport(result: ImportResult): string {
  const { runId, step, model, tensors, parameters, sizeBytes, configFile, ignored, assumptions } = result;
  const { variant, mixer, hiddenSize, layers, highCycles, lowCycles } = model;
  const facts: [string, string][] = [
    ['run', `${runId}, step ${step}`],
    [
      'model',
      `${variant}, ${mixer}, ${layers} layers of ${hiddenSize} features, ${highCycles}×${lowCycles} cycles`,
    ],
    ['weights', `${tensors} tensors, ${parameters} trained parameters, ${formatBytes(sizeBytes)}`],
    ['SHA-256', result.sourceSha256],
  ];
  if (configFile !== null) facts.push(['settings from', configFile]);
  for (const name of ignored) facts.push(['left out', `${name}, which holds no weights`]);
  for (const assumption of assumptions) facts.push(['assumed', assumption]);
  return formatFacts([...facts, ['next', `trm evaluate ${runId}, trm export ${runId}`]]);
}
