// All that the window needs before it can be opened: Electron, the libraries of the system, and the built app.

import { buildApp } from './build.mjs';
import { ensureLibraries } from './display.mjs';
import { ensureElectron } from './electron.mjs';

export async function prepareApp() {
  ensureElectron();
  if (process.platform === 'linux') ensureLibraries();
  await buildApp();
}
