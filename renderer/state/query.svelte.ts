// Data of the engine that a view shows: fetched when the view opens or its input changes, again when an event says that it is
// stale, and kept while it is fetched again so that nothing jumps.

import type { CallInput, CallName, CallOutput, EngineEvent } from '../../common/api.ts';
import { call, connection, EngineError, onEvent } from './engine.svelte.ts';

export interface Query<Output> {
  readonly data: Output | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
  refresh(): void;
}

/** To be called while a component is set up. A null input asks for nothing. */
export function query<Name extends CallName>(
  name: Name,
  input: () => CallInput<Name> | null,
  isStale: (event: EngineEvent) => boolean = () => false,
): Query<CallOutput<Name>> {
  let data = $state.raw<CallOutput<Name>>();
  let error = $state.raw<Error>();
  let loading = $state(true);
  let round = $state(0);
  let latest = 0;

  $effect(() => {
    round;
    if (connection.state !== 'connected') return;
    const given = input();
    if (given === null) return;
    const own = ++latest;
    loading = true;
    call(name, given).then(
      (output) => {
        if (own !== latest) return;
        data = output;
        error = undefined;
        loading = false;
      },
      (problem: unknown) => {
        if (own !== latest) return;
        error = problem instanceof Error ? problem : new EngineError({ what: String(problem) });
        loading = false;
      },
    );
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  $effect(() => {
    const stop = onEvent((event) => {
      if (!isStale(event)) return;
      // Events come in bursts; one fetch answers them.
      clearTimeout(timer);
      timer = setTimeout(() => round++, 100);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  });

  return {
    get data() {
      return data;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    refresh: () => void round++,
  };
}

/** An event that tells of the end of a job. */
export function endsJob(event: EngineEvent): boolean {
  return event.type === 'job' && event.job.endedAt !== null;
}
