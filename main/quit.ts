// The question before the app is left while something runs.

import { type BrowserWindow, dialog } from 'electron';
import type { JobRow } from '../common/api.ts';
import type { QuitAnswer } from '../common/bridge.ts';

const buttons: readonly { label: string; answer: QuitAnswer }[] = [
  { label: 'Keep running in the background', answer: 'background' },
  { label: 'Stop and save', answer: 'stop' },
  { label: 'Cancel', answer: 'cancel' },
];

export async function askBeforeQuit(window: BrowserWindow | null, jobs: JobRow[]): Promise<QuitAnswer> {
  const [first] = jobs;
  if (first === undefined) return 'stop';
  const options = {
    type: 'question' as const,
    message: jobs.length === 1 ? `${first.title} is not finished` : `${jobs.length} jobs are not finished`,
    detail: 'In the background the engine goes on without a window and ends when everything is done.',
    buttons: buttons.map(({ label }) => label),
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  };
  const { response } = await (window
    ? dialog.showMessageBox(window, options)
    : dialog.showMessageBox(options));
  return buttons[response]?.answer ?? 'cancel';
}
