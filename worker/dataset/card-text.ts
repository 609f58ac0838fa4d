// The dataset card as a short text for people, `CARD.md`.

import type { DatasetCard, Distribution, LeakageCheck, SplitCard } from '../../common/dataset-card.ts';

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
    `## Splits\n${card.splitMethod}`,
    `## Filters\n${card.filters.map((filter) => `- ${filter}`).join('\n')}`,
    `## Augmentation\n${card.augmentation}`,
    `## Leakage\n${card.leakageChecks.map(formatCheck).join('\n')}`,
    `## Build\n\`\`\`json\n${JSON.stringify(card.build, null, 2)}\n\`\`\``,
  ].join('\n\n')}\n`;
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

function formatDistribution({ minimum, median, mean, maximum }: Distribution): string {
  return `${minimum} to ${maximum}, median ${median}, mean ${mean}`;
}
