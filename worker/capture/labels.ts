// What part of a program is running, in words: recorded operations carry it, so that measured times find their way back
// to the program. Outside of a recording a label costs next to nothing.

import * as tf from '@tensorflow/tfjs-core';

/** Stands before the labels of operations that belong to gradients. */
export const BACKWARD = 'backward';

/** Between a label and one inside of it. */
const SEPARATOR = '/';

let path = '';

/** The labels of what is running, the outermost first, as `cycle 2/low 3`; empty where there are none. */
export function currentLabel(): string {
  return path;
}

/** Runs `action` as a part of what is running. Its gradients will carry the label too, after `backward`. */
export function labelled<Result>(label: string, action: () => Result): Result {
  return at(path === '' ? label : `${path}${SEPARATOR}${label}`, () => {
    const { activeTape } = tf.engine().state;
    const begun = activeTape?.length ?? 0;
    const result = action();
    // A scope of gradients that began or ended inside has a tape of its own.
    if (activeTape && activeTape === tf.engine().state.activeTape) labelGradients(activeTape, begun, path);
    return result;
  });
}

/** Runs `action` as what it is wherever it is called, such as the forward pass inside of a gradient. */
export function labelledApart<Result>(action: () => Result): Result {
  return at('', action);
}

function at<Result>(wanted: string, action: () => Result): Result {
  const before = path;
  path = wanted;
  try {
    return action();
  } finally {
    path = before;
  }
}

type TapeNode = ReturnType<typeof tf.engine>['state']['activeTape'][number];

const alreadyLabelled = new WeakSet<TapeNode>();

/** The gradient of what was noted from `begun` on runs under the label, if no inner label has claimed it. */
function labelGradients(tape: TapeNode[], begun: number, label: string): void {
  for (const node of tape.slice(begun)) {
    const { gradient } = node;
    if (gradient === undefined || alreadyLabelled.has(node)) continue;
    alreadyLabelled.add(node);
    const within = `${BACKWARD}${SEPARATOR}${label}`;
    node.gradient = (outputGradients) => {
      const makers = at(within, () => gradient(outputGradients));
      return Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, () => at(within, make)]));
    };
  }
}
