// docs/fidelity.md: how far each variant is from the reference, and where the paper is in the code.

import { faults } from './faults.ts';
import { bounds, type Deviation, type Quantity } from './ledger.ts';
import type { Measurement } from './measure.ts';
import { paperPlaces } from './paper.ts';
import { formatLargest } from './report.ts';

/** The whole document. `backend` is what tfjs ran on. */
export function fidelityDocument(measurements: readonly Measurement[], backend: string): string {
  return `# Fidelity

This file is written by \`npm run parity\`.

The numbers to compare with lie in \`test/golden\`: outputs of the public PyTorch implementation (commit e7b6871) for tiny
models with random weights. Every variant runs the same protocols here: repeated supervision steps, steps with changing
data, evaluation, and three training steps with optimizer, puzzle table and EMA. \`npm run parity -- --golden DIR\`
compares with other numbers of the same layout, \`--json\` prints an object. The tests run the same comparison.

## Largest deviation

In float32 on ${backend}; ${executorsOf(measurements)}. Gradients are relative to the largest entry of their tensor. The
bounds are those measured between the reference in float32 and in float64, with room for another order of summation.

${deviationTable(measurements)}

A dash: the reference has no such number for this variant.

## Where the paper is in the code

Paper: *Less is More: Recursive Reasoning with Tiny Networks* (arXiv 2510.04871); HRM is arXiv 2506.21734.

${table(
  ['paper', 'reference', 'file', 'names'],
  paperPlaces.map(({ paper, reference, file, names }) => [
    paper,
    reference,
    `\`${file}\``,
    names.map((name) => `\`${name}\``).join(', '),
  ]),
)}

## What the reference cannot do

${table(
  ['reference', 'here', 'file'],
  faults.map(({ reference, ours, file }) => [reference, ours, `\`${file}\``]),
)}
`;
}

function executorsOf(measurements: readonly Measurement[]): string {
  const kinds = [...new Set(measurements.map(({ executor }) => executor))];
  return kinds.length === 1 ? `the ${kinds[0]} executor` : `the largest of the executors ${kinds.join(', ')}`;
}

function deviationTable(measurements: readonly Measurement[]): string {
  const variants = [...new Set(measurements.map(({ variant }) => variant))];
  const quantities = Object.keys(bounds) as Quantity[];
  const cell = (variant: string, quantity: Quantity) => {
    const found = measurements
      .filter((measurement) => measurement.variant === variant)
      .flatMap(({ deviations }) => deviations.filter((deviation) => deviation.quantity === quantity));
    return found.every(({ values }) => values === 0) ? '–' : formatLargest(largestOf(found));
  };
  return table(
    ['quantity', 'bound', ...variants],
    quantities.map((quantity) => [
      quantity,
      bounds[quantity],
      ...variants.map((variant) => cell(variant, quantity)),
    ]),
  );
}

function largestOf(deviations: readonly Deviation[]): Deviation {
  return deviations.reduce((most, deviation) => (deviation.largest > most.largest ? deviation : most));
}

/** A Markdown table; bars inside of cells are written as entities. */
function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((text) => text.replaceAll('|', '&#124;')).join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}
