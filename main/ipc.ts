// The channels between the page and the shell. Every message is checked: who sends it, and what it holds.

import {
  app,
  type BrowserWindow,
  dialog,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  nativeTheme,
  shell,
} from 'electron';
import { z } from 'zod';
import { openDialogSchema, saveDialogSchema } from '../common/bridge.ts';
import { requestSchema } from '../common/protocol.ts';
import type { EngineProcess } from './engine-process.ts';
import { isOwnPage } from './security.ts';

export interface PageConnection {
  engine: EngineProcess;
  window(): BrowserWindow | null;
  files: { deliverTo(listener: (path: string) => void): void };
}

export function connectPage({ engine, window, files }: PageConnection): void {
  const send = (channel: string, value: unknown) => window()?.webContents.send(channel, value);
  engine.onReply((reply) => send('engine:message', reply));
  engine.onState((state) => send('engine:state', state));

  ipcMain.on('engine:request', (event, message: unknown) => {
    if (!isTrusted(event)) return;
    const request = requestSchema.safeParse(message);
    if (request.success) engine.send(request.data);
  });
  ipcMain.on('page:ready', (event) => {
    if (!isTrusted(event)) return;
    send('engine:state', engine.state);
    files.deliverTo((path) => send('open-file', path));
  });
  handle('dialog:open', openDialogSchema, async ({ title, kind, filters }) => {
    const owner = window();
    const properties = [kind === 'folder' ? 'openDirectory' : 'openFile'] as ['openFile'];
    const options = { title, filters, properties };
    const { filePaths } = await (owner
      ? dialog.showOpenDialog(owner, options)
      : dialog.showOpenDialog(options));
    return filePaths[0] ?? null;
  });
  handle('dialog:save', saveDialogSchema, async ({ title, defaultName, filters }) => {
    const owner = window();
    const options = { title, defaultPath: defaultName, filters };
    const { filePath } = await (owner
      ? dialog.showSaveDialog(owner, options)
      : dialog.showSaveDialog(options));
    return filePath || null;
  });
  handle('theme:set', z.enum(['system', 'light', 'dark']), (theme) => {
    nativeTheme.themeSource = theme;
  });
  handle('folder:show', z.string().max(4096), (path) => shell.showItemInFolder(path));
  app.on('browser-window-focus', () => send('focus', true));
}

function handle<Input>(
  channel: string,
  schema: z.ZodType<Input>,
  action: (input: Input) => unknown | Promise<unknown>,
): void {
  ipcMain.handle(channel, async (event, input: unknown) => {
    if (!isTrusted(event)) throw new Error('not a page of this app');
    return action(schema.parse(input));
  });
}

/** Whether the message comes from the main frame of our own page. */
function isTrusted({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isOwnPage(senderFrame.url);
}
