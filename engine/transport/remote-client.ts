// A client of an engine in another process, found by its announcement.

import { WebSocket } from 'ws';
import { type CallName, type CallOutput, calls, type EngineEvent } from '../../common/api.ts';
import { UserError } from '../../common/errors.ts';
import { type RemoteError, replySchema } from '../../common/protocol.ts';
import type { EngineClient } from '../client.ts';
import { FailureError } from '../failure.ts';
import { readTextFile } from '../files.ts';
import { type Announcement, announcementSchema } from './announcement.ts';

interface PendingCall {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/** Connects to the engine that is announced, or returns null when there is none that answers. */
export async function attachToEngine(
  announcementFile: string,
  version: string,
): Promise<EngineClient | null> {
  const announcement = readAnnouncement(announcementFile);
  if (announcement === null) return null;
  const socket = await connect(announcement);
  if (socket === null) return null;
  if (announcement.version !== version) {
    socket.close();
    throw new FailureError({
      what: 'The engine that runs is of another version of TRM Studio',
      found: `version ${announcement.version}, process ${announcement.processId}`,
      expected: `version ${version}`,
      remedy: 'let it finish or end it, then try again',
    });
  }
  return createRemoteClient(socket);
}

function readAnnouncement(file: string): Announcement | null {
  try {
    return announcementSchema.parse(JSON.parse(readTextFile(file) ?? ''));
  } catch {
    return null;
  }
}

/** Null when nobody listens there, or it is not the engine that the announcement speaks of. */
function connect({ port, token }: Announcement): Promise<WebSocket | null> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: 5000,
    maxPayload: 1 << 30,
    perMessageDeflate: false,
  });
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

function createRemoteClient(socket: WebSocket): EngineClient {
  const pending = new Map<number, PendingCall>();
  const listeners = new Set<(event: EngineEvent) => void>();
  const gone = Promise.withResolvers<Error>();
  let lastId = 0;
  let closing = false;

  socket.on('error', () => socket.terminate());
  socket.on('message', (data) => {
    const reply = replySchema.parse(JSON.parse(String(data)));
    if ('event' in reply) for (const listener of listeners) listener(reply.event);
    else if ('error' in reply) settle(reply.id, (call) => call.reject(fromRemoteError(reply.error)));
    else settle(reply.id, (call) => call.resolve(reply.output));
  });
  socket.on('close', () => {
    const error = engineGone();
    for (const id of [...pending.keys()]) settle(id, (call) => call.reject(error));
    if (!closing) gone.resolve(error);
  });

  function settle(id: number, action: (call: PendingCall) => void): void {
    const call = pending.get(id);
    pending.delete(id);
    if (call !== undefined) action(call);
  }

  return {
    owner: false,
    gone: gone.promise,
    async call(name, input) {
      if (socket.readyState !== WebSocket.OPEN) throw engineGone();
      const id = ++lastId;
      const output = await new Promise<unknown>((resolve, reject) => {
        pending.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, call: name, input }));
      });
      return parseOutput(name, output);
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing = true;
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        setTimeout(() => socket.terminate(), 1000).unref();
      });
    },
  };
}

function parseOutput<Name extends CallName>(name: Name, output: unknown): CallOutput<Name> {
  // The schema of `name` gives it: a relation between the table's rows that the type system does not follow.
  return calls[name].output.parse(output) as CallOutput<Name>;
}

function fromRemoteError({ kind, details, stack }: RemoteError): Error {
  if (kind === 'failure') return new FailureError(details);
  if (kind === 'user') return new UserError(details);
  const error = new Error(details.what);
  if (stack !== null) error.stack = `${stack}\n    (in the engine's process)`;
  return error;
}

function engineGone(): FailureError {
  return new FailureError({
    what: 'The engine that this command was attached to has ended',
    remedy: 'run the command again; trm runs shows what was interrupted, trm resume RUN goes on with it',
  });
}
