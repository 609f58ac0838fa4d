// What the page may not do, tried from inside the page; and what becomes of it when the engine dies.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type OpenedApp, openApp } from './window.ts';

describe('a page of the window', () => {
  let opened: OpenedApp;
  before(async () => {
    opened = await openApp();
    await opened.page.getByText('Engine ready').waitFor();
  });
  after(() => opened.close());

  test('has nothing of Node or Electron', async () => {
    const found = await opened.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(
        (name) => name in globalThis,
      ),
    );
    assert.deepEqual(found, []);
    assert.deepEqual(await opened.page.evaluate(() => Object.keys(window.trm ?? {}).sort()), [
      'onEngineState',
      'onMenu',
      'onMessage',
      'onOpenFile',
      'openDialog',
      'pathOf',
      'platform',
      'saveDialog',
      'send',
      'setTheme',
      'showInFolder',
    ]);
  });

  test('is sandboxed, isolated and keeps web security', async () => {
    const preferences = await opened.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } =
        contents.getLastWebPreferences();
      return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag };
    });
    assert.deepEqual(preferences, {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  test('runs no text as code and loads nothing from elsewhere', async () => {
    const outcome = await opened.page.evaluate(async () => {
      const attempt = async (action: () => unknown) => {
        try {
          await action();
          return 'done';
        } catch (error) {
          return error instanceof Error ? error.name : String(error);
        }
      };
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      document.body.append(script);
      return {
        // In a task of its own: what a test evaluates itself may evaluate more.
        evaluated: await new Promise((resolve) => {
          setTimeout(() => attempt(() => new Function('return 1')()).then(resolve));
        }),
        fetched: await attempt(() => fetch('http://127.0.0.1:9/')),
        file: await attempt(() => fetch('file:///etc/passwd')),
        outside: (await fetch('app://studio/../../package.json')).status,
        otherHost: await attempt(() => fetch('app://other/index.html')),
        inline: 'inlineRan' in globalThis,
      };
    });
    assert.deepEqual(outcome, {
      evaluated: 'EvalError',
      fetched: 'TypeError',
      file: 'TypeError',
      outside: 404,
      otherHost: 'TypeError',
      inline: false,
    });
  });

  test('gets an error for calls that do not exist, and none for what is no call', async () => {
    const replies = await opened.page.evaluate(async () => {
      const received: unknown[] = [];
      window.trm?.onMessage((message) => {
        const reply = message as { id?: number; error?: { details: { what: string } } };
        if (reply.id !== undefined && reply.id > 900) received.push([reply.id, reply.error?.details.what]);
      });
      window.trm?.send({ id: 901, call: 'engine.evaluateJavaScript', input: {} });
      window.trm?.send({ id: 902, call: 'run.show', input: { run: 7 } });
      window.trm?.send('nonsense');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return received;
    });
    assert.equal(replies.length, 2);
    assert.match(JSON.stringify(replies), /901.*engine\.evaluateJavaScript.*902/);
  });

  test('says when the engine dies, and goes on with the next one', async () => {
    const { page } = opened;
    const engineId = await readEngineId(opened);
    process.kill(engineId, 'SIGKILL');
    await page.getByText('Engine lost, reconnecting').waitFor();
    await page.getByText('Engine ready').waitFor({ timeout: 30_000 });
    const next = await readEngineId(opened);
    assert.notEqual(next, engineId);
  });

  test('opens no windows, does not leave its page, and gets no permissions', async () => {
    const { page, app } = opened;
    const state = await page.evaluate(async () => {
      const other = window.open('https://example.org/');
      location.href = 'https://example.org/';
      const { state: place } = await navigator.permissions.query({ name: 'geolocation' });
      return { opened: other !== null, place, notifications: Notification.permission };
    });
    assert.deepEqual(state, { opened: false, place: 'denied', notifications: 'denied' });
    assert.equal(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length), 1);
    assert.match(page.url(), /^app:\/\/studio\//);
  });
});

/** The process of the engine, as it says itself. */
async function readEngineId({ page }: OpenedApp): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const id = 1000 + Math.floor(Math.random() * 1e6);
        window.trm?.onMessage((message) => {
          const reply = message as { id?: number; output?: { processId: number } };
          if (reply.id === id && reply.output) resolve(reply.output.processId);
        });
        window.trm?.send({ id, call: 'engine.status', input: {} });
      }),
  );
}
