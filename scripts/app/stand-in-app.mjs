// What an Electron without its default app lacks: it runs the app whose folder is named on the command line. Playwright gives
// its own module with -r first.

const main = `
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app } from 'electron';

const require = createRequire(import.meta.url);
const words = process.argv.slice(1);
let folder;
for (let place = 0; place < words.length; place++) {
  if (words[place] === '-r' || words[place] === '--require') require(resolve(words[++place]));
  else if (words[place] === '--version') {
    console.log('v' + process.versions.electron);
    process.exit(0);
  } else if (!words[place].startsWith('-') && folder === undefined) folder = resolve(words[place]);
}
if (folder === undefined || !existsSync(join(folder, 'package.json'))) {
  console.error('Name the folder of an app');
  process.exit(1);
}
const description = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setAppPath(folder);
app.setName(description.productName ?? description.name);
app.setVersion(description.version ?? '0.0.0');
// At once: the app has things to do before Electron is ready.
require(join(folder, description.main));
`;

/** The files of the app. */
export const standInApp = {
  'package.json': '{"name":"electron","type":"module","main":"main.js"}',
  'main.js': main,
};
