// Where things lie: the user's data (TRM home) and the parts of the app that the engine starts by path.

import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Everything in a TRM home. */
export interface StudioPaths {
  home: string;
  database: string;
  lock: string;
  announcement: string;
  datasets: string;
  runs: string;
  exports: string;
  logs: string;
}

export const projectFolder = fileURLToPath(new URL('..', import.meta.url));
/** TRM_WORKER puts another program in its place, to try the engine alone. */
export const workerEntry = process.env.TRM_WORKER ?? join(projectFolder, 'worker', 'index.ts');
export const doctorScript = join(projectFolder, 'scripts', 'doctor.mjs');

/** The TRM home of this user: TRM_HOME, else the platform's place for application data. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.TRM_HOME) return resolve(environment.TRM_HOME);
  if (process.platform === 'win32') {
    return join(environment.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'trm-studio');
  }
  if (environment.XDG_DATA_HOME) return resolve(environment.XDG_DATA_HOME, 'trm-studio');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'trm-studio');
  return join(homedir(), '.local', 'share', 'trm-studio');
}

/** The per-user cache, shared by all homes; the set-up has the same rule. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.TRM_CACHE) return resolve(environment.TRM_CACHE);
  if (process.platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'trm-studio', 'Cache');
  }
  if (environment.XDG_CACHE_HOME) return resolve(environment.XDG_CACHE_HOME, 'trm-studio');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'trm-studio');
  return join(homedir(), '.cache', 'trm-studio');
}

export function studioPaths(home: string): StudioPaths {
  return {
    home,
    database: join(home, 'studio.db'),
    lock: join(home, 'engine.lock'),
    announcement: join(home, 'engine.json'),
    datasets: join(home, 'datasets'),
    runs: join(home, 'runs'),
    exports: join(home, 'exports'),
    logs: join(home, 'logs'),
  };
}

/** A path as it is stored: relative to `base` with forward slashes where it lies inside, so that a home can be moved. */
export function toStoredPath(base: string, path: string): string {
  const inside = relative(base, path);
  if (isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)) return path;
  return inside.split(sep).join('/');
}

/** The absolute path of a stored one. */
export function fromStoredPath(base: string, stored: string): string {
  return isAbsolute(stored) ? stored : join(base, ...stored.split('/'));
}
