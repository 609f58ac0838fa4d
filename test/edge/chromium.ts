// Finds a Chromium for tests of pages, and opens it as a phone.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'msedge'];
const endings = process.platform === 'win32' ? ['.exe'] : [''];

/** Where programs lie that no PATH names. */
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** TRM_CHROMIUM, else the first that is found. @throws Error that says what to do where there is none */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const { TRM_CHROMIUM: chosen } = environment;
  if (chosen !== undefined && existsSync(chosen)) return chosen;
  const folders = (environment.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) =>
    names.flatMap((name) => endings.map((ending) => path.join(folder, name + ending))),
  );
  const found =
    chosen === undefined ? [...onPath, ...usualPlaces].find((file) => existsSync(file)) : undefined;
  if (found !== undefined) return found;
  const tried = chosen === undefined ? names.join(', ') : `TRM_CHROMIUM, which is ${chosen}`;
  throw new Error(`No Chromium was found (${tried}). Install one, or name it with TRM_CHROMIUM.`);
}

export function launchChromium(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu'];
  return chromium.launch({ executablePath: findChromium(), headless: true, args });
}

/** A phone of usual size with a touch screen. */
export function openPhone(browser: Browser, colorScheme: 'light' | 'dark'): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    colorScheme,
  });
}
