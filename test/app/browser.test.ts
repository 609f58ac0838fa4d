// The same page in a browser, from `trm serve`: the cycle on the real engine, in Chromium.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright';
import { ensureChromium } from '../../scripts/app/display.mjs';
import { tinyExperiment } from './tiny-experiment.ts';
import { findBarriers, goTo } from './window.ts';

const projectFolder = path.resolve(import.meta.dirname, '..', '..');

describe('the app in a browser', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'trm-browser-'));
  const errors: string[] = [];
  let serving: ChildProcess;
  let browser: Browser;
  let page: Page;
  let address = '';

  before(async () => {
    const command = [path.join(projectFolder, 'engine', 'cli.ts'), 'serve', '--json', '--home', home];
    serving = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    address = await firstAddress(serving);
    browser = await chromium.launch({
      executablePath: ensureChromium(),
      args: ['--no-sandbox', '--disable-gpu'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
  });
  after(async () => {
    await browser?.close();
    serving.kill('SIGINT');
    await new Promise((resolve) => serving.once('exit', resolve));
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  test('takes the token out of the address', async () => {
    await page.goto(address);
    await page.getByText('Engine ready').waitFor();
    assert.equal(page.url(), `${new URL(address).origin}/#/`);
  });

  test('trains, solves and has no barriers', async () => {
    await goTo(page, '#/runs/new');
    await page.getByLabel('Configuration (YAML)').fill(tinyExperiment);
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.locator('.facts').getByText('finished').waitFor({ timeout: 120_000 });
    await goTo(page, '#/play');
    await page.getByRole('button', { name: 'New puzzle' }).click();
    await page.getByRole('button', { name: 'Solve', exact: true }).click();
    await page.locator('.verdict .good, .verdict .bad').waitFor({ timeout: 60_000 });
    assert.deepEqual(await findBarriers(page), []);
    assert.deepEqual(errors, []);
  });

  test('gets nothing without the token', async () => {
    const other = await browser.newPage();
    await other.goto(`${new URL(address).origin}/`);
    await other.getByText('Engine lost, reconnecting').waitFor();
    await other.close();
  });
});

/** The address that the server says in its first line. */
async function firstAddress(serving: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: serving.stdout! })) {
    const { type, address } = JSON.parse(line) as { type: string; address: string };
    if (type === 'listening') return address;
  }
  throw new Error('the server has ended');
}
