// The Electron shell: one window, the engine as a process of its own, and the rules that keep the page in its place.

import { join } from 'node:path';
import { app, type BrowserWindow, Menu, nativeTheme, session } from 'electron';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { createEngineProcess } from './engine-process.ts';
import { connectPage } from './ipc.ts';
import { menuTemplate } from './menu.ts';
import { watchJobs } from './notifications.ts';
import { askBeforeQuit } from './quit.ts';
import { guardContents, guardSession } from './security.ts';
import { openWindow } from './window.ts';

registerAppScheme();
// As root the sandbox of Chromium cannot start, and asking for both ends in a loop of crashes.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();

if (!app.requestSingleInstanceLock()) app.quit();
else start();

function start(): void {
  let window: BrowserWindow | null = null;
  let mayQuit = false;
  const engine = createEngineProcess();
  const files = pendingFiles();
  const jobs = watchJobs(engine, () => window);

  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('second-instance', (_event, command) => {
    files.add(fileArguments(command));
    show();
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    files.add([path]);
  });
  app.on('window-all-closed', () => app.quit());
  app.on('activate', () => show());
  app.on('before-quit', (event) => {
    if (mayQuit) return;
    event.preventDefault();
    void askBeforeQuit(window, jobs.running()).then(async (answer) => {
      if (answer === 'cancel') return show();
      mayQuit = true;
      await engine.end(answer === 'background' ? 'when-idle' : 'after-saving');
      app.quit();
    });
  });

  void app.whenReady().then(() => {
    guardSession(session.defaultSession);
    serveApp(session.defaultSession, join(import.meta.dirname, '..', 'renderer'));
    connectPage({ engine, window: () => window, files });
    engine.start();
    files.add(fileArguments(process.argv));
    show();
  });

  function show(): void {
    if (window === null || window.isDestroyed()) {
      window = openWindow();
      window.on('closed', () => {
        window = null;
      });
      const send = (command: string) => window?.webContents.send('menu', command);
      Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(send)));
      nativeTheme.on('updated', () => window?.webContents.send('theme'));
      return;
    }
    if (window.isMinimized()) window.restore();
    window.focus();
  }
}

/** Files that wait for a page to take them. */
function pendingFiles() {
  const waiting: string[] = [];
  let deliver: ((path: string) => void) | null = null;
  return {
    add(paths: string[]) {
      waiting.push(...paths);
      if (deliver !== null) for (const path of waiting.splice(0)) deliver(path);
    },
    deliverTo(listener: (path: string) => void) {
      deliver = listener;
      for (const path of waiting.splice(0)) listener(path);
    },
  };
}

/** Configs and bundles among the arguments of a start. */
function fileArguments(command: string[]): string[] {
  return command.slice(1).filter((argument) => /\.(ya?ml|onnx|trm)$/i.test(argument));
}
