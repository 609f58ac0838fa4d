// Who gets the app in a browser: whoever has the token, from the page's own origin, by a name of this machine.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { openEngine } from '../../../engine/index.ts';
import { filePath, type PageServer, servePage } from '../../../engine/transport/page-server.ts';

describe('the page server', () => {
  const root = mkdtempSync(join(tmpdir(), 'trm-page-'));
  const folder = join(root, 'page');
  let server: PageServer;
  let closeEngine = async () => {};
  let origin = '';
  let token = '';

  before(async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.html'), '<p>page</p>');
    writeFileSync(join(root, 'secret.txt'), 'secret');
    const client = await openEngine({ home: join(root, 'home') });
    assert.ok(client !== null);
    closeEngine = () => client.close();
    server = await servePage({ client, folder, host: '127.0.0.1', port: 0 });
    [origin = '', token = ''] = server.address.split('/#token=');
  });
  after(async () => {
    await server.close();
    await closeEngine();
    rmSync(root, { recursive: true, force: true });
  });

  /** The status of a request that says these headers, which fetch would not. */
  function statusOf(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request(`${origin}${path}`, { headers, method }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject).end();
    });
  }

  /** What becomes of a connection: what the engine says of itself, or the refusal. */
  function connect(protocols: string[], headers: Record<string, string>): Promise<string> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/engine`, protocols, { headers });
      socket.on('error', (error) => resolve(error.message));
      socket.on('open', () => socket.send(JSON.stringify({ id: 1, call: 'engine.status', input: {} })));
      socket.on('message', (data) => {
        const { id, output } = JSON.parse(String(data)) as { id: number; output: { processId: number } };
        resolve(`${id}: ${output.processId === process.pid}`);
        socket.close();
      });
    });
  }

  test('gives the page with a strict policy, and nothing beside it', async () => {
    const response = await fetch(`${origin}/`);
    assert.equal(await response.text(), '<p>page</p>');
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.ok(policy.startsWith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), policy);
    assert.ok(policy.includes(`connect-src 'self' ${origin.replace('http', 'ws')};`), policy);
    const paths = ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/none.js', '/%', '/%00'];
    const states = await Promise.all(paths.map((path) => statusOf(path)));
    assert.deepEqual(states, [404, 404, 404, 404, 404, 404]);
    assert.equal(await statusOf('/', {}, 'POST'), 405);
  });

  test('answers to names of this machine only', async () => {
    const hosts = ['localhost:8000', '127.0.0.1', 'example.org', 'localhost.example.org'];
    const states = await Promise.all(hosts.map((host) => statusOf('/', { host })));
    assert.deepEqual(states, [200, 200, 403, 403]);
  });

  test('connects a page of its own that has the token, and no other', async () => {
    const wrong = `token.${'x'.repeat(token.length)}`;
    assert.equal(await connect(['trm', `token.${token}`], { origin }), '1: true');
    const refused = [
      await connect(['trm', wrong], { origin }),
      await connect(['trm'], { origin }),
      await connect(['trm', `token.${token}`], {}),
      await connect(['trm', `token.${token}`], { origin: 'http://example.org' }),
      await connect(['trm', `token.${token}`], { origin: 'http://example.org', host: 'example.org' }),
    ];
    assert.deepEqual(refused, Array(5).fill('Unexpected server response: 401'));
  });

  test('a path means a file inside the folder or nothing', () => {
    assert.equal(filePath('/a', '/'), join('/a', 'index.html'));
    assert.equal(filePath('/a', '/b/c.js?x#y'), join('/a', 'b', 'c.js'));
    assert.deepEqual(
      ['/../b', '/%2e%2e/b', '/%zz', '/a%00'].map((path) => filePath('/a', path)),
      [null, null, null, null],
    );
  });
});
