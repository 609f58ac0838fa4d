// Serves an engine to other processes of the same user: loopback only, a port chosen by the system, a token that
// stands in a file which only the user can read, and nothing for web pages.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { EngineEvent } from '../../common/api.ts';
import type { Reply } from '../../common/protocol.ts';
import { readTextFile, writeFileAtomic } from '../files.ts';
import type { Announcement } from './announcement.ts';
import { answerRequest, type CallEngine } from './answer.ts';

/** A client that does not read is cut off when so much waits for it. */
const maximumBufferedBytes = 64 << 20;

export interface ServedEngine {
  version: string;
  call: CallEngine;
  onEvent(listener: (event: EngineEvent) => void): () => void;
}

export interface EngineServer {
  /** Waits while clients are attached, up to a time; true as soon as one calls, false when none did. */
  isUsedWithin(milliseconds: number): Promise<boolean>;
  /** Says good-bye to every client and removes the announcement. */
  close(): Promise<void>;
}

/** Listens, and then writes the announcement through which clients find it. */
export async function serveEngine(engine: ServedEngine, announcementFile: string): Promise<EngineServer> {
  const token = randomBytes(32).toString('hex');
  const http = createServer((_request, response) => response.writeHead(404).end());
  const server = new WebSocketServer({
    server: http,
    maxPayload: 16 << 20,
    verifyClient: ({ req }: { req: IncomingMessage }) => isAllowed(req, token),
  });
  let calls = 0;
  const counting: ServedEngine['call'] = (name, input) => {
    calls += 1;
    return engine.call(name, input);
  };
  server.on('connection', (socket) => serveClient(counting, socket));
  const stopEvents = engine.onEvent((event) => broadcast(server, { event }));

  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const announcement: Announcement = {
    port: address.port,
    token,
    processId: process.pid,
    version: engine.version,
  };
  writeFileAtomic(announcementFile, `${JSON.stringify(announcement)}\n`, 0o600);

  return {
    async isUsedWithin(milliseconds) {
      const before = calls;
      for (let waitedMs = 0; waitedMs < milliseconds && server.clients.size > 0; waitedMs += 50) {
        await sleep(50);
        if (calls > before) return true;
      }
      return false;
    },
    async close() {
      if (readTextFile(announcementFile)?.includes(token)) rmSync(announcementFile, { force: true });
      stopEvents();
      await closeSockets(server);
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** Browsers send an Origin header, which tells a page of another site from our own programs. */
function isAllowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return (
    request.headers.origin === undefined &&
    given.length === expected.length &&
    timingSafeEqual(given, expected)
  );
}

function serveClient(callEngine: ServedEngine['call'], socket: WebSocket): void {
  socket.on('error', () => socket.terminate());
  socket.on('message', async (data) => {
    const reply = await answerRequest(callEngine, parseJson(String(data)));
    if (reply === null) socket.close(1007, 'not a call');
    else send(socket, reply);
  });
}

function broadcast(server: WebSocketServer, reply: Reply): void {
  if (server.clients.size === 0) return;
  const text = JSON.stringify(reply);
  for (const socket of server.clients) {
    if (socket.bufferedAmount > maximumBufferedBytes) socket.terminate();
    else socket.send(text);
  }
}

function send(socket: WebSocket, reply: Reply): void {
  socket.send(JSON.stringify(reply));
}

/** Lets what is under way arrive, for a second at most. */
async function closeSockets(server: WebSocketServer): Promise<void> {
  const closed = [...server.clients].map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.close(1001, 'the engine ends');
        setTimeout(() => socket.terminate(), 1000).unref();
      }),
  );
  await Promise.all(closed);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
