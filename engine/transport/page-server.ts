// The app for a browser: the page's files and the engine behind a WebSocket, for whoever has the token. Loopback unless asked
// otherwise; a page of another site gets nothing, whatever name it gives this machine.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { contentSecurityPolicy } from '../../common/content-security-policy.ts';
import type { EngineClient } from '../client.ts';
import { answerRequest } from './answer.ts';

export interface PageServerOptions {
  client: EngineClient;
  /** Of the built page. */
  folder: string;
  host: string;
  /** 0 takes any that is free. */
  port: number;
}

export interface PageServer {
  /** With the token, to be opened in a browser. */
  address: string;
  close(): Promise<void>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};
/** A tunnel may come with another port, never with another name. */
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
const maximumBufferedBytes = 64 << 20;

export async function servePage({ client, folder, host, port }: PageServerOptions): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url');
  const names = new Set([...loopbackNames, host]);
  const http = createServer((request, response) => void serveFile(request, response, folder, names));
  const sockets = new WebSocketServer({
    server: http,
    path: '/engine',
    maxPayload: 16 << 20,
    handleProtocols: () => 'trm',
    verifyClient: ({ req }: { req: IncomingMessage }) => mayConnect(req, token, names),
  });
  sockets.on('connection', (socket) => serveClient(client, socket));
  const stopEvents = client.onEvent((event) => {
    const text = JSON.stringify({ event });
    for (const socket of sockets.clients) {
      if (socket.bufferedAmount > maximumBufferedBytes) socket.terminate();
      else socket.send(text);
    }
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen({ host, port }, resolve);
  });
  const bound = http.address();
  const boundPort = bound !== null && typeof bound === 'object' ? bound.port : port;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}/#token=${token}`,
    async close() {
      stopEvents();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** The name in a Host header, without its port. */
function nameOf(hostHeader: string | undefined): string {
  return (hostHeader ?? '').replace(/:\d+$/, '');
}

function mayConnect({ headers }: IncomingMessage, token: string, names: ReadonlySet<string>): boolean {
  const given = (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .find((part) => part.startsWith('token.'));
  const [found, expected] = [Buffer.from(given ?? ''), Buffer.from(`token.${token}`)];
  return (
    names.has(nameOf(headers.host)) &&
    headers.origin === `http://${headers.host}` &&
    found.length === expected.length &&
    timingSafeEqual(found, expected)
  );
}

async function serveFile(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  folder: string,
  names: ReadonlySet<string>,
): Promise<void> {
  if (!names.has(nameOf(headers.host))) return void response.writeHead(403).end();
  if (method !== 'GET' && method !== 'HEAD')
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const path = filePath(folder, url ?? '/');
  const bytes = path === null ? null : await readFile(path).catch(() => null);
  if (path === null || bytes === null) return void response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
    'content-length': bytes.length,
    'content-security-policy': contentSecurityPolicy(`'self' ws://${headers.host}`),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cache-control': 'no-cache',
  });
  response.end(method === 'HEAD' ? undefined : bytes);
}

/** The file that an address means; null where it leads out of the folder. */
export function filePath(folder: string, address: string): string | null {
  let pathname: string;
  try {
    pathname = decodeURIComponent(address.replace(/[?#].*$/s, ''));
  } catch {
    return null;
  }
  if (pathname.includes('\0')) return null;
  const path = normalize(join(folder, pathname === '/' ? 'index.html' : pathname));
  return path.startsWith(normalize(folder) + sep) ? path : null;
}

function serveClient(client: EngineClient, socket: WebSocket): void {
  socket.on('error', () => socket.terminate());
  socket.on('message', async (data) => {
    let message: unknown;
    try {
      message = JSON.parse(String(data));
    } catch {
      message = undefined;
    }
    const reply = await answerRequest(client.call, message);
    if (reply === null) socket.close(1007, 'not a call');
    else socket.send(JSON.stringify(reply));
  });
}
