// `trm config`: all settings with their meaning, and the check of a config file.

import type { CommandModule } from 'yargs';
import type { FieldDescription } from '../../common/config/describe.ts';
import type { GlobalOptions } from './output.ts';

export const configCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'config',
  describe: 'List all settings, or check a config file',
  builder: (yargs) =>
    yargs.command(fieldsCommand).command(checkCommand).demandCommand(1, 'A command is missing'),
  handler() {},
};

const fieldsCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'fields',
  describe: 'List every setting with its default, bounds, unit and meaning',
  async handler(options) {
    const { describeFields } = await import('../../common/config/describe.ts');
    const { createOutput } = await import('./output.ts');
    const output = createOutput(options);
    const fields = describeFields();
    output.emit(fields);
    if (!output.json) output.say(await formatFields(fields));
  },
};

const checkCommand: CommandModule<GlobalOptions, GlobalOptions & { file: string; overrides: string[] }> = {
  command: 'check <file> [overrides..]',
  describe: 'Check a config file and show all of its settings',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'YAML file of the experiment' })
      .positional('overrides', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Settings to use instead',
      }),
  async handler({ file, overrides, ...options }) {
    const { readExperiment } = await import('../config-file.ts');
    const { experimentToYaml } = await import('../../common/config/parse.ts');
    const { createOutput } = await import('./output.ts');
    const output = createOutput(options);
    const experiment = readExperiment(file, overrides);
    output.emit(experiment);
    if (!output.json) output.say(experimentToYaml(experiment).trimEnd());
  },
};

async function formatFields(fields: FieldDescription[]): Promise<string> {
  const { describeExpected } = await import('../../common/config/describe.ts');
  const blocks = fields.map((field) => {
    const kind = field.when === null ? '' : ` (${field.when.path}: ${field.when.equals})`;
    const standard = field.required ? 'required' : `default ${JSON.stringify(field.default) ?? 'none'}`;
    const unit = field.unit === '' ? '' : ` (${field.unit})`;
    return `${field.path}${kind}\n  ${field.description}\n  ${describeExpected(field)}${unit}; ${standard}`;
  });
  return blocks.join('\n');
}
