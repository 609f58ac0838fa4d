// Sentences that need numbers or choices.

import type { BundleModel } from '../../common/bundle.ts';
import type { StepSignals } from '../../common/halting/criterion.ts';
import type { ModelTrouble, OpenedModel } from './inference/messages.ts';

const domainNames: Readonly<Record<string, string>> = { sudoku: 'Sudoku', maze: 'Maze', arc: 'ARC' };

export function titleOf({ domain, gridRows, gridColumns }: BundleModel): string {
  if (domain === 'arc') return 'ARC';
  return `${domainNames[domain] ?? domain} ${gridRows}×${gridColumns}`;
}

/** What happened in a step, as part of a sentence. */
export function describeStep({ step, haltProbability }: StepSignals, changedCells: number): string {
  const cells = `${changedCells} ${changedCells === 1 ? 'cell' : 'cells'}`;
  const change = changedCells === 0 ? 'no cell changed' : `${cells} ${step === 1 ? 'filled' : 'changed'}`;
  return `${change}, ${formatShare(haltProbability)} sure to be done`;
}

export function describeAccuracy({ accuracy }: BundleModel): string {
  if (accuracy === null) return 'Not measured.';
  const { exactAccuracy, puzzleCount, split, of, halting } = accuracy;
  const { value, low, high } = exactAccuracy;
  return `${formatShare(value)} of puzzles solved exactly (95 % interval ${formatShare(low)} to ${formatShare(high)}, ${puzzleCount} ${split} puzzles${of === 'file' ? '' : ', weights as trained'}${halting === null ? ', with all steps' : ''}).`;
}

export function describeProvider({ provider, threads, openMs, fallback }: OpenedModel): string {
  const name =
    provider === 'webgpu' ? 'WebGPU' : `WebAssembly, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const because = fallback === null ? '' : ` WebGPU is not used (${fallback}).`;
  return `${name}; ready after ${Math.round(openMs)} ms.${because}`;
}

export function describeTrouble({ kind, file, found }: ModelTrouble): string {
  const words = {
    'model-missing': `The model file ${file} could not be loaded`,
    'model-damaged': `The model file ${file} is damaged, or another one`,
    'model-unusable': `The model ${file} cannot be run here`,
    'runtime-missing': `ONNX Runtime (${file}) could not be loaded`,
    'computing-failed': 'The computation failed',
  };
  return `${words[kind]}${found === '' ? '' : ` (${found})`}. Reload the page, or put the bundle on the server again.`;
}

/** 99.9 % is not 100 %: shares next to the ends get a digit more. */
function formatShare(share: number): string {
  const percent = 100 * share;
  const digits = percent > 99 && percent < 100 ? 1 : percent > 0 && percent < 1 ? 1 : 0;
  const text = percent.toFixed(digits);
  return text === '100.0'
    ? '> 99.9 %'
    : text === '0.0' && share > 0
      ? '< 0.1 %'
      : `${text.replace(/\.0$/, '')} %`;
}
