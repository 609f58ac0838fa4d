// Where the command line writes: results on standard output, JSON there instead when it is asked for, and
// everything for people on standard error then.

import { WriteStream } from 'node:tty';

export interface GlobalOptions {
  json: boolean;
  verbose: boolean;
  home?: string | undefined;
}

export interface Output {
  json: boolean;
  verbose: boolean;
  /** Every event goes to programs; people then see a status line at most. */
  events: boolean;
  /** Columns of the terminal that people read, or null where it is a file or a pipe. */
  readonly columns: number | null;
  color: boolean;
  /** Lines for people. */
  say(text: string): void;
  /** Remarks that are no result: how to go on, what is waited for. */
  note(text: string): void;
  /** One JSON text in a line, for programs; nothing without --json. */
  emit(value: unknown): void;
  /** Raw text for people, for the status line. */
  write(text: string): void;
}

/** With `json`, people read standard error and programs standard output. */
export function createOutput({ json, verbose }: GlobalOptions, events: boolean = json): Output {
  const stream = json ? process.stderr : process.stdout;
  const isTerminal = stream instanceof WriteStream && process.env.TERM !== 'dumb';
  return {
    json,
    verbose,
    events,
    get columns() {
      return isTerminal ? stream.columns || 80 : null;
    },
    color: isTerminal && !process.env.NO_COLOR,
    say: (text) => void stream.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    emit(value) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    write: (text) => void stream.write(text),
  };
}

/** A reader that went away (`trm runs | head`, a closed terminal) ends the reading, not the work. */
export function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}

/** The text in bold where the terminal has colors. */
export function bold(output: Output, text: string): string {
  return output.color ? `\u001b[1m${text}\u001b[22m` : text;
}

export function dim(output: Output, text: string): string {
  return output.color ? `\u001b[2m${text}\u001b[22m` : text;
}
