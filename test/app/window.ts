// The app as its users have it: Electron with the real engine, a home of its own and a fresh profile.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { buildApp } from '../../scripts/app/build.mjs';
import { ensureElectron } from '../../scripts/app/electron.mjs';
import { openDisplay } from './display.ts';

const projectFolder = path.resolve(import.meta.dirname, '..', '..');
/** Pictures of every view, to be looked at. */
export const pictureFolder = path.join(projectFolder, 'dist', 'pictures');

export interface OpenedApp {
  app: ElectronApplication;
  page: Page;
  home: string;
  /** What the page wrote on its console as an error. */
  errors: string[];
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openApp(
  options: { home?: string; width?: number; height?: number } = {},
): Promise<OpenedApp> {
  const display = await openDisplay();
  await buildApp();
  const folder = mkdtempSync(path.join(tmpdir(), 'trm-window-'));
  const home = options.home ?? path.join(folder, 'home');
  const isRoot = process.getuid?.() === 0;
  const app = await launch({
    executablePath: ensureElectron(),
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--disable-gpu',
      `--user-data-dir=${path.join(folder, 'profile')}`,
      projectFolder,
    ],
    cwd: projectFolder,
    env: {
      ...(process.env as Record<string, string>),
      ...display.environment,
      TRM_HOME: home,
      LANG: 'en_US.UTF-8',
    },
  }).catch((error: unknown) => {
    display.close();
    throw error;
  });
  const page = await app.firstWindow();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  const { width = 1400, height = 900 } = options;
  await setSize(app, width, height);
  mkdirSync(pictureFolder, { recursive: true });
  return {
    app,
    page,
    home,
    errors,
    picture: async (name) => {
      await page.screenshot({ path: path.join(pictureFolder, `${name}.png`) });
    },
    async close() {
      // Without a question about what still runs.
      await app.evaluate(({ app: electron }) => electron.exit(0)).catch(() => undefined);
      await app.close().catch(() => undefined);
      display.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** A start that Electron does not answer, which happens on a busy machine, is tried again. */
async function launch(options: Parameters<typeof _electron.launch>[0]): Promise<ElectronApplication> {
  for (let tries = 1; ; tries++) {
    try {
      return await _electron.launch({ ...options, timeout: 45_000 });
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

export async function setSize(app: ElectronApplication, width: number, height: number): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
}

/** What axe finds on the page, as lines. */
export async function findBarriers(page: Page): Promise<string[]> {
  // The window has one page and cannot open another for axe.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}

/** Goes to a view by its address. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, address);
}
