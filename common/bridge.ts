// What the window's page may ask of the Electron shell, and nothing else. The preload script offers it as `window.trm`.

import { z } from 'zod';

/** Which files an open or save dialog shows. */
const fileFilterSchema = z.object({ name: z.string().max(100), extensions: z.array(z.string().max(20)) });

export const openDialogSchema = z.strictObject({
  title: z.string().max(200),
  kind: z.enum(['file', 'folder']),
  filters: z.array(fileFilterSchema).max(10).default([]),
});

export const saveDialogSchema = z.strictObject({
  title: z.string().max(200),
  defaultName: z.string().max(255),
  filters: z.array(fileFilterSchema).max(10).default([]),
});

/** Commands of the menu, which the page carries out. */
export const menuCommands = [
  'new-experiment',
  'open-palette',
  'show-shortcuts',
  'show-settings',
  'go-home',
  'go-datasets',
  'go-runs',
  'go-play',
  'go-labs',
  'go-deploy',
] as const;
export type MenuCommand = (typeof menuCommands)[number];

/** What becomes of running jobs when the app is left. */
export const quitAnswers = ['background', 'stop', 'cancel'] as const;
export type QuitAnswer = (typeof quitAnswers)[number];

export const engineStates = ['starting', 'connected', 'lost'] as const;
export type EngineState = (typeof engineStates)[number];

export interface Bridge {
  platform: string;
  /** Sends a request of the engine's protocol. */
  send(request: unknown): void;
  /** Replies and events of the engine. */
  onMessage(listener: (message: unknown) => void): void;
  onEngineState(listener: (state: EngineState) => void): void;
  onMenu(listener: (command: MenuCommand) => void): void;
  /** Files that the system asked the app to open. */
  onOpenFile(listener: (path: string) => void): void;
  /** Null where nothing was chosen. */
  openDialog(options: z.input<typeof openDialogSchema>): Promise<string | null>;
  saveDialog(options: z.input<typeof saveDialogSchema>): Promise<string | null>;
  /** Where a file that was dropped on the page lies. */
  pathOf(file: unknown): string;
  setTheme(theme: 'system' | 'light' | 'dark'): Promise<void>;
  showInFolder(path: string): Promise<void>;
}
