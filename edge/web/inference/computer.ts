// The page's side of the worker that computes: one model at a time, in a worker of its own, which goes with it.

import type { BundleModel, WebProvider } from '../../../common/bundle.ts';
import type { Request, Response, SolveRequest } from './messages.ts';

export interface Computer {
  solve(request: Omit<SolveRequest, 'type'>): void;
  /** Computes no further steps; the model stays open. */
  stop(): void;
  /** Ends the worker. */
  close(): void;
}

/** Begins to load the model; everything that comes of it is given to `onResponse`. */
export function startComputer(model: BundleModel, onResponse: (response: Response) => void): Computer {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const failed = (found: string) =>
    onResponse({ type: 'failed', trouble: { kind: 'computing-failed', file: model.file, found } });
  worker.addEventListener('message', ({ data }: MessageEvent<Response>) => onResponse(data));
  worker.addEventListener('error', (event) => failed(event.message || 'worker'));
  worker.addEventListener('messageerror', () => failed('messageerror'));
  const send = (request: Request) => worker.postMessage(request);
  send({
    type: 'open',
    model,
    rootUrl: new URL('../', document.baseURI).href,
    runtimeUrl: new URL('runtime/', document.baseURI).href,
    providers: usableProviders(),
    threads: usableThreads(),
  });
  return {
    solve: (request) => send({ type: 'solve', ...request }),
    stop: () => send({ type: 'stop' }),
    close: () => worker.terminate(),
  };
}

/** `?provider=wasm` leaves WebGPU out, for comparing and where a driver misbehaves without failing. */
function usableProviders(): WebProvider[] {
  const asked = new URL(location.href).searchParams.get('provider');
  const hasWebGpu = 'gpu' in navigator;
  return hasWebGpu && asked !== 'wasm' ? ['webgpu', 'wasm'] : ['wasm'];
}

/** Threads share memory, which browsers allow isolated pages only. */
function usableThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency || 1) : 1;
}
