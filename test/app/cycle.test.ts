// The whole cycle in the window, on the real engine: train, look, solve, measure, export; no view has barriers, in light or dark.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tinyExperiment } from './tiny-experiment.ts';
import { findBarriers, goTo, type OpenedApp, openApp, setSize } from './window.ts';

describe('the window', () => {
  let opened: OpenedApp;
  before(async () => {
    opened = await openApp();
  });
  after(() => opened.close());

  test('greets a new user with a first run', async () => {
    const { page } = opened;
    await page.getByText('Engine ready').waitFor();
    await page.getByRole('heading', { name: 'Train your first recursive model' }).waitFor();
    assert.equal(await page.title(), 'Home · TRM Studio');
    assert.deepEqual(await findBarriers(page), []);
  });

  test('refuses a setting that does not exist, with what was expected', async () => {
    const { page } = opened;
    await goTo(page, '#/runs/new');
    await page.getByLabel('Configuration (YAML)').fill(tinyExperiment.replace('hiddenSize', 'hidenSize'));
    await page.getByRole('button', { name: 'Start training' }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.match(await alert.innerText(), /hidenSize[\s\S]*hiddenSize/);
  });

  test('trains an experiment and shows its curves', async () => {
    const { page } = opened;
    await page.getByLabel('Configuration (YAML)').fill(tinyExperiment);
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('heading', { name: 'tiny' }).waitFor();
    await page.locator('.facts').getByText('finished').waitFor({ timeout: 120_000 });
    await page.getByText('30/30').waitFor();
    await page.getByText('Loss', { exact: true }).waitFor();
    const names = await page.locator('figcaption').allInnerTexts();
    assert.deepEqual(names, [
      'Loss',
      'Accuracy on the training batch',
      'Supervision steps',
      'Learning rate',
      'Exact accuracy on the test split',
    ]);
    assert.deepEqual(await findBarriers(page), []);
  });

  test('solves a generated puzzle step by step, by keyboard alone', async () => {
    const { page } = opened;
    await goTo(page, '#/play');
    await page.getByRole('button', { name: 'New puzzle' }).press('Enter');
    await page.getByText('The exact solver finds one solution.').waitFor();
    const text = await page.getByLabel('Puzzle as text').inputValue();
    assert.match(text, /^[.1-4]{16}$/);
    await page.getByRole('button', { name: 'Solve', exact: true }).press('Enter');
    await page.locator('.verdict .good, .verdict .bad').waitFor({ timeout: 60_000 });
    const answer = await page.locator('section.answer svg[role=img]').getAttribute('aria-label');
    assert.match(answer ?? '', /^Step \d: ([1-4.] ){15}[1-4.]$/);
    await opened.picture('solved-light');
    assert.deepEqual(await findBarriers(page), []);
  });

  test('shows conflicts while a puzzle is typed', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'Row 1, column 1: blank' }).press('3');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('3');
    await page.getByRole('button', { name: 'Row 1, column 2: 3, breaks a rule' }).waitFor();
    await page.getByText('The exact solver finds no solution.').waitFor();
    assert.equal(await page.getByLabel('Puzzle as text').inputValue(), `33${'.'.repeat(14)}`);
  });

  test('evaluates and exports', async () => {
    const { page } = opened;
    await goTo(page, '#/labs');
    await page.getByRole('button', { name: 'Evaluate' }).click();
    await page.locator('tbody tr').first().waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('tbody tr').count(), 1);
    await goTo(page, '#/deploy');
    await page.getByLabel('int8', { exact: true }).check();
    await page.getByLabel('Keep it whatever it loses').check();
    await page.getByRole('button', { name: 'Export to ONNX' }).click();
    await page.getByText('Exported and checked').waitFor({ timeout: 120_000 });
    await page.locator('tbody tr').nth(1).waitFor();
    assert.equal(await page.locator('tbody tr').count(), 2);
    assert.deepEqual(await findBarriers(page), []);
  });

  test('measures halting, compares rollouts and tests robustness, without barriers', async () => {
    const { page } = opened;
    const labs = [
      ['halting', 'Measure', 'p:has-text("Recommended")'],
      ['rollouts', 'Compare', 'td:has-text("symmetries=8 choose=vote")'],
      ['robustness', 'Test', 'td:has-text("untouched test puzzles")'],
      ['hybrid', 'Test', 'dt:has-text("TRM alone")'],
    ] as const;
    for (const [lab, action, outcome] of labs) {
      await goTo(page, `#/labs/${lab}`);
      await page.getByRole('button', { name: action, exact: true }).click();
      await page.locator(`main ${outcome}`).first().waitFor({ timeout: 120_000 });
      await opened.picture(`lab-${lab}-light`);
      assert.deepEqual([lab, await findBarriers(page)], [lab, []]);
    }
  });

  test('finds views, runs and datasets by a few letters', async () => {
    const { page } = opened;
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or command' }).fill('tiny-sudoku');
    await page.getByRole('listbox').getByRole('option', { name: 'tiny-sudoku' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'tiny-sudoku' }).waitFor();
    assert.deepEqual(await findBarriers(page), []);
  });

  for (const theme of ['light', 'dark']) {
    test(`has no barriers in any view, ${theme}`, async () => {
      const { page } = opened;
      await goTo(page, '#/settings');
      await page.getByLabel('Appearance').selectOption(theme);
      const found: Record<string, string[]> = {};
      for (const view of ['home', 'datasets', 'runs', 'runs/new', 'play', 'labs', 'deploy', 'settings']) {
        await goTo(page, view === 'home' ? '#/' : `#/${view}`);
        await page.locator('main h1').waitFor();
        if (view === 'settings') await page.getByRole('row', { name: /ONNX Runtime/ }).waitFor();
        await opened.picture(`${view.replace('/', '-')}-${theme}`);
        found[view] = await findBarriers(page);
      }
      const empty = Object.fromEntries(Object.keys(found).map((view) => [view, []]));
      assert.deepEqual(found, empty);
    });
  }

  test('speaks German', async () => {
    const { page } = opened;
    await goTo(page, '#/settings');
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
    await page.getByLabel('Sprache').selectOption('en');
  });

  test('fits a small window: nothing of the page is wider than it', async () => {
    const { page, app } = opened;
    await setSize(app, 1024, 700);
    const wide: string[] = [];
    for (const view of ['', 'datasets', 'runs', 'play', 'labs', 'deploy', 'settings']) {
      await goTo(page, `#/${view}`);
      await page.locator('main h1').waitFor();
      await opened.picture(`small-${view || 'home'}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) wide.push(`${view}: ${overflow}`);
    }
    assert.deepEqual(wide, []);
  });

  test('wrote no error on its console', () => {
    // A refused setting is an answer, not an error of the page.
    assert.deepEqual(opened.errors, []);
  });
});
