// The dataset card as a short text for people, `CARD.md`.

import type {
  DatasetCard,
  Distribution,
  FileDigest,
  LeakageCheck,
  SplitCard,
} from '../../common/dataset-card.ts';

export function formatCard(card: DatasetCard): string {
  const { vocabulary } = card;
  const tokens = vocabulary.tokens.map((meaning, token) => `${token} ${meaning}`).join(', ');
  const sizeBytes = card.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return `${[
    `# ${card.title}: ${card.name}`,
    card.task,
    [
      `- Source: ${card.source || 'not stated'}`,
      `- Licence: ${card.licence || 'not stated'}`,
      `- Made: ${card.createdAt}, ${card.generatorVersion}, seed ${card.seed}`,
      `- Tokens: ${tokens}; ${vocabulary.gridRows} rows × ${vocabulary.gridColumns} columns, row by row`,
      `- Size: ${card.files.length} files, ${(sizeBytes / 1e6).toFixed(1)} MB`,
      `- Digest: ${card.digest}`,
    ].join('\n'),
    formatSplits(card),
    formatSamples(card),
    `## Splits\n${card.splitMethod}`,
    `## Filters\n${card.filters.map((filter) => `- ${filter}`).join('\n')}`,
    `## Augmentation\n${card.augmentation}`,
    ...formatFiles('Imported files', card.sourceFiles),
    `## Leakage\n${card.leakageChecks.map(formatCheck).join('\n')}`,
    ...formatFiles('Files', card.files),
    `## Build\n\`\`\`json\n${JSON.stringify(card.build, null, 2)}\n\`\`\``,
  ].join('\n\n')}\n`;
}

/** The sample pictures, which lie beside this text. */
function formatSamples({ samples }: DatasetCard): string {
  const pictures = samples.map(({ split, example, path }) => {
    const name = split === 'train' ? 'training' : 'test';
    return `![Example ${example} of the ${name} split](${path})`;
  });
  return `## Samples\n${pictures.join('\n\n')}`;
}

/** Most files that are named; an imported folder may have hundreds. */
const mostFiles = 20;

function formatFiles(heading: string, files: readonly FileDigest[]): string[] {
  if (files.length === 0) return [];
  const lines = files
    .slice(0, mostFiles)
    .map(({ path, sha256, sizeBytes }) => `- ${path}: ${sizeBytes} bytes, SHA-256 ${sha256}`);
  const left = files.length - lines.length;
  if (left > 0) lines.push(`- and ${left} more, all in card.json`);
  return [`## ${heading}\n${lines.join('\n')}`];
}

function formatCheck({ name, result, passed }: LeakageCheck): string {
  return `- ${passed ? 'passed' : 'FAILED'}: ${name}. ${result}`;
}

function formatSplits({ splits: { train, test } }: DatasetCard): string {
  const row = (name: string, value: (split: SplitCard) => string) =>
    `| ${name} | ${value(train)} | ${value(test)} |`;
  const namesOf = (facts: 'counts' | 'distributions') => [
    ...new Set([...Object.keys(train[facts]), ...Object.keys(test[facts])]),
  ];
  return [
    '| | training | testing |',
    '|---|---|---|',
    row('puzzles', (split) => String(split.puzzles)),
    row('examples with augmentations', (split) => String(split.examples)),
    ...namesOf('counts').map((name) => row(name, ({ counts }) => String(counts[name] ?? 0))),
    ...namesOf('distributions').map((name) =>
      row(name, ({ distributions: { [name]: found } }) => (found ? formatDistribution(found) : 'none')),
    ),
  ].join('\n');
}

export function formatDistribution({ minimum, median, mean, maximum }: Distribution): string {
  return `${minimum} to ${maximum}, median ${median}, mean ${mean}`;
}
