// The window: sandboxed, shown when its page is drawn, at the place where it was left.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { appOrigin } from './app-protocol.ts';
import { fitWindow, readWindowState, type WindowState } from './window-state.ts';

export function openWindow(): BrowserWindow {
  const state = fitWindow(
    load(),
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...state.bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'TRM Studio',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#17181c' : '#fbfbfc',
    titleBarStyle: process.platform === 'darwin' ? 'hiddenInset' : 'default',
    autoHideMenuBar: process.platform !== 'darwin',
    webPreferences: {
      preload: join(import.meta.dirname, '..', 'preload', 'preload.cjs'),
      contextIsolation: true,
      nodeIntegration: false,
      sandbox: true,
      webSecurity: true,
      spellcheck: false,
      backgroundThrottling: true,
    },
  });
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => save({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }));
  void window.loadURL(`${appOrigin}/`);
  return window;
}

function stateFile(): string {
  return join(app.getPath('userData'), 'window.json');
}

function load(): WindowState {
  try {
    return readWindowState(JSON.parse(readFileSync(stateFile(), 'utf8')));
  } catch {
    return readWindowState(null);
  }
}

function save(state: WindowState): void {
  try {
    writeFileSync(stateFile(), JSON.stringify(state));
  } catch {
    // Where the window stood is not worth a word to anybody.
  }
}
