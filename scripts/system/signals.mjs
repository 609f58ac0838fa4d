// A parent that only stands in for its child: signals reach the child once, and the parent ends as it did.

import { isatty } from 'node:tty';

/**
 * Ctrl-C in a terminal reaches the whole process group, so it is passed on only where there is no
 * terminal; twice would mean "at once" to a program that saves on the first.
 * @param {import('node:child_process').ChildProcess} child
 */
export function passOnSignals(child) {
  const sentByTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  process.on('SIGINT', () => {
    if (!sentByTerminal) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => {
    child.kill('SIGTERM');
  });
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function endLike(code, signal) {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
