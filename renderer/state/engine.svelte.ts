// The connection with the engine: the window's bridge, or a WebSocket in a browser. Calls are answered once; events go to
// whoever listens.

import type { CallInput, CallName, CallOutput, EngineEvent } from '../../common/api.ts';
import type { Bridge, EngineState } from '../../common/bridge.ts';
import type { ErrorDetails } from '../../common/errors.ts';
import type { Reply } from '../../common/protocol.ts';

declare global {
  interface Window {
    /** Only in the window of the app. */
    trm?: Bridge;
  }
}

/** An error of the engine, with what to do about it. */
export class EngineError extends Error {
  readonly details: ErrorDetails;

  constructor(details: ErrorDetails) {
    super(details.what);
    this.name = 'EngineError';
    this.details = details;
  }
}

interface PendingCall {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

const pending = new Map<number, PendingCall>();
const listeners = new Set<(event: EngineEvent) => void>();
let lastId = 0;
let sendRequest: (request: object) => void = () => {};
const connected = Promise.withResolvers<void>();

export const connection = $state<{ state: EngineState; everConnected: boolean }>({
  state: 'starting',
  everConnected: false,
});

/** The bridge of the window; undefined in a browser. */
export const bridge: Bridge | undefined = globalThis.window?.trm;

export function connect(): void {
  if (bridge === undefined) {
    connectSocket(0);
    return;
  }
  sendRequest = (request) => bridge.send(request);
  bridge.onMessage((message) => receive(message as Reply));
  bridge.onEngineState(setState);
}

/** @throws EngineError as the engine gives it */
export async function call<Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
): Promise<CallOutput<Name>> {
  await connected.promise;
  const id = ++lastId;
  const output = await new Promise<unknown>((resolve, reject) => {
    pending.set(id, { resolve, reject });
    // State of the page is made of proxies, which cannot be sent.
    sendRequest({ id, call: name, input: JSON.parse(JSON.stringify(input)) });
  });
  // The engine is of the same version and checks its output by the schema of `name`.
  return output as CallOutput<Name>;
}

/** Tells of every event from now on; call what it returns to end that. */
export function onEvent(listener: (event: EngineEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setState(state: EngineState): void {
  connection.state = state;
  if (state !== 'connected') return;
  connection.everConnected = true;
  connected.resolve();
}

function receive(reply: Reply): void {
  if ('event' in reply) {
    for (const listener of listeners) listener(reply.event);
    return;
  }
  const waiting = pending.get(reply.id);
  pending.delete(reply.id);
  if ('error' in reply) waiting?.reject(new EngineError(reply.error.details));
  else waiting?.resolve(reply.output);
}

/** The token came in the address, which then forgets it. */
function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    sessionStorage.setItem('trm-token', given);
    history.replaceState(null, '', `${location.pathname}#/`);
  }
  return given ?? sessionStorage.getItem('trm-token') ?? '';
}

function connectSocket(attempt: number): void {
  const token = takeToken();
  const address = new URL('engine', location.href.replace(/^http/, 'ws'));
  address.hash = '';
  const socket = new WebSocket(address, ['trm', `token.${token}`]);
  sendRequest = (request) => socket.send(JSON.stringify(request));
  socket.addEventListener('open', () => setState('connected'));
  socket.addEventListener('message', ({ data }) => receive(JSON.parse(String(data)) as Reply));
  socket.addEventListener('close', () => {
    for (const waiting of pending.values()) waiting.reject(new EngineError(connectionLost));
    pending.clear();
    setState('lost');
    setTimeout(() => connectSocket(attempt + 1), Math.min(5000, 250 * 2 ** attempt));
  });
}

const connectionLost: ErrorDetails = {
  what: 'The connection with the engine was lost',
  remedy: 'it is tried again; what runs goes on meanwhile',
};
