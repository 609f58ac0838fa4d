// The model card of a bundle, for programs and in words: what the model does, what it was made of, how good it is,
// where its limits lie, and what every file should hash to.

import type { BundleCard, BundledFile, BundleModel } from '../../common/bundle.ts';
import type { ModelMetadata } from '../export/metadata.ts';

/** @param files all files of the bundle but the cards themselves */
export function makeCard(
  metadata: ModelMetadata,
  models: readonly BundleModel[],
  files: readonly BundledFile[],
): BundleCard {
  const { experiment, dataset, dataSource, dataLicence, step, weights, appVersion } = metadata;
  return {
    format: 'trm-model-card/1',
    name: experiment.name,
    task: metadata.task,
    data: { ...dataset, source: dataSource, licence: dataLicence },
    training: { variant: experiment.model.variant, step, weights, madeWith: `TRM Studio ${appVersion}` },
    models: models.map(({ name, file, sizeBytes, sha256, precision, accuracy, halting, maximumSteps }) => {
      return { name, file, sizeBytes, sha256, precision, accuracy, halting, maximumSteps };
    }),
    limits: limitsOf(models),
    files: [...files],
  };
}

/** What a user must know before trusting an answer. */
function limitsOf(models: readonly BundleModel[]): string[] {
  const [{ domain, gridRows, gridColumns, accuracy, examples } = unknownModel] = models;
  const size = `${gridRows}×${gridColumns}`;
  const ofDomain: Readonly<Record<string, string>> = {
    sudoku: `It knows Sudokus of ${size} cells only. A puzzle with no solution, or with several, gets an answer all the same.`,
    maze: `It knows mazes of ${size} cells only. A maze without a way from S to G gets an answer all the same.`,
    arc: 'It knows the tasks of its dataset only, by their numbers: what a task asks for is not read from its demonstrations.',
  };
  const checked = domain === 'sudoku' || domain === 'maze';
  return [
    ofDomain[domain] ?? `It knows grids of ${size} tokens of this vocabulary only.`,
    'The halting probability is what the model itself thinks of its answer, and no proof.',
    checked
      ? 'The web app checks each answer by the rules; the runners do not.'
      : 'There are no rules to check an answer by.',
    accuracy === null
      ? 'Its accuracy was not measured.'
      : 'The accuracy holds for puzzles like those it was measured on. Others, such as much harder ones, can fare worse.',
    ...(examples.length === 0 ? ['No example puzzles come with it.'] : []),
  ];
}

const unknownModel: Pick<BundleModel, 'domain' | 'gridRows' | 'gridColumns' | 'accuracy' | 'examples'> = {
  domain: '',
  gridRows: 0,
  gridColumns: 0,
  accuracy: null,
  examples: [],
};

/** The card as Markdown. */
export function formatCard(card: BundleCard, hasWebApp: boolean): string {
  const { name, task, data, training, models, limits, files } = card;
  const lines = [
    `# ${name}`,
    '',
    task ?? 'The task was not described.',
    '',
    '## Models',
    '',
    '| model | precision | size | exact accuracy | done when | steps at most |',
    '|---|---|---|---|---|---|',
    ...models.map(
      (model) =>
        `| \`${model.file}\` | ${model.precision} | ${megabytes(model.sizeBytes)} | ${accuracyText(model.accuracy)} | \`${model.halting}\` | ${model.maximumSteps} |`,
    ),
    '',
    `Architecture ${training.variant}, ${training.weights} weights after ${training.step} training steps, made with ${training.madeWith}.`,
    '',
    '## Data',
    '',
    `- Dataset: ${data.name} (SHA-256 \`${data.digest}\`)`,
    `- Source: ${data.source ?? 'not known'}`,
    `- Licence of the data: ${data.licence ?? 'not known'}`,
    '',
    '## Limits',
    '',
    ...limits.map((limit) => `- ${limit}`),
    '',
    '## Use',
    '',
    ...usage(hasWebApp),
    '',
    '## Files',
    '',
    '| file | bytes | SHA-256 |',
    '|---|---|---|',
    ...files.map(({ path, sizeBytes, sha256 }) => `| \`${path}\` | ${sizeBytes} | \`${sha256}\` |`),
    '',
  ];
  return lines.join('\n');
}

function usage(hasWebApp: boolean): string[] {
  const python = 'pip install onnxruntime numpy && python runners/python/run.py --puzzle PUZZLE';
  return [
    ...(hasWebApp
      ? [
          '- Web app: put the unpacked folder on any static web server and open `web/`. It works offline after the first visit and can be installed.',
        ]
      : []),
    `- Python: \`${python}\``,
    '- Node: `npm install onnxruntime-node && node runners/node/run.mjs --puzzle PUZZLE`',
    '- Web: `import { openModel } from "./runners/web/run.js"`; `runners/web/index.html` shows how.',
    '- On the device itself, `--benchmark` measures and writes `benchmark.json` (`runners/web/index.html?benchmark` in a browser).',
  ];
}

function accuracyText(accuracy: BundleModel['accuracy']): string {
  if (accuracy === null) return 'not measured';
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const { exactAccuracy, puzzleCount, split, of, halting } = accuracy;
  const { value, low, high } = exactAccuracy;
  return `${percent(value)} (95 % interval ${percent(low)} to ${percent(high)}, ${puzzleCount} ${split} puzzles${of === 'file' ? '' : ', as trained'}${halting === null ? ', with all steps' : ''})`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
