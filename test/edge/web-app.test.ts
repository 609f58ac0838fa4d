// The web app of a bundle in a real browser at the size of a phone, on a plain static server.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { temporaryFolder } from '../temporary-folder.ts';
import { launchChromium, openPhone } from './chromium.ts';
import { serveFolder } from './static-server.ts';
import { makeTinyBundle } from './tiny-bundle.ts';

/** Opens the app and notes what no page should say or ask for. */
async function openApp(context: BrowserContext, url: string) {
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  context.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  await page.goto(url);
  await page.waitForURL('**/web/');
  return { page, complaints, foreign };
}

const cell = (page: Page, row: number, column: number) =>
  page.getByRole('gridcell', { name: `Row ${row}, column ${column}:` });

async function enterAndSolve(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Clear' }).tap();
  await cell(page, 1, 1).tap();
  await page.getByRole('button', { name: '3', exact: true }).tap();
  await cell(page, 2, 3).tap();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Solve', exact: true }).tap();
  await page.getByText(/^(Solved|Not solved)$/).waitFor({ timeout: 30_000 });
}

async function findFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('a puzzle is entered and its recursion watched, then again without the server', async (t) => {
  const { folder } = await makeTinyBundle(temporaryFolder(t), true);
  const server = await serveFolder(folder);
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const context = await openPhone(browser, 'light');
  const { page, complaints, foreign } = await openApp(context, server.url);

  assert.deepEqual(await findFaults(page), []);
  await enterAndSolve(page);
  assert.equal(
    await cell(page, 1, 1)
      .getAttribute('aria-label')
      .then((label) => /% sure$/.test(label ?? '')),
    true,
  );
  assert.equal(await page.getByRole('slider', { name: 'Supervision step' }).count(), 1);
  assert.deepEqual(await findFaults(page), []);
  const width = await page.evaluate('document.documentElement.scrollWidth');
  assert.equal(width, 390, 'nothing is wider than the phone');

  await page.getByText('About this model').tap();
  await page.locator('[data-state=ready]').waitFor({ timeout: 30_000 });
  await server.stop();
  await page.reload();
  await enterAndSolve(page);
  assert.equal(
    await page.evaluate('crossOriginIsolated'),
    true,
    'isolated by the service worker, for threads',
  );
  assert.deepEqual(complaints, []);
  assert.deepEqual(foreign, []);
});

test('in the dark and without motion it is as readable, and shows the last step at once', async (t) => {
  const { folder } = await makeTinyBundle(temporaryFolder(t), true);
  const server = await serveFolder(folder);
  t.after(() => server.stop());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const context = await openPhone(browser, 'dark');
  const { page, complaints } = await openApp(context, server.url);
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
  assert.deepEqual(await findFaults(page), []);
  await enterAndSolve(page);
  assert.deepEqual(await findFaults(page), []);
  await page.getByRole('button', { name: 'Change the puzzle' }).tap();
  await cell(page, 1, 2).tap();
  await page.getByRole('button', { name: '3', exact: true }).tap();
  assert.equal(await page.getByText('The marked digits contradict each other.').count(), 1);
  assert.equal(await page.getByRole('button', { name: 'Solve', exact: true }).isDisabled(), true);
  assert.deepEqual(complaints, []);
});
