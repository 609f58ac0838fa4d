// The environment of a run, frozen beside its config: what the app, the machine and the packages were.

import { execFile } from 'node:child_process';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { readTextFile, writeFileAtomic } from './files.ts';
import { projectFolder } from './paths.ts';
import { appVersion, dependencyNames, packageVersion } from './version.ts';

export type Environment = Record<string, unknown>;

export async function describeEnvironment(): Promise<Environment> {
  const packages = dependencyNames().map((name) => {
    return [name, packageVersion(join(projectFolder, 'node_modules', name))] as const;
  });
  return {
    version: appVersion(),
    gitCommit: await readGitCommit(),
    node: process.versions.node,
    platform: platform(),
    architecture: arch(),
    systemRelease: release(),
    processor: cpus()[0]?.model ?? null,
    processorCores: cpus().length,
    memoryBytes: totalmem(),
    packages: Object.fromEntries(packages.filter(([, version]) => version !== undefined)),
  };
}

/** Empty when the run has none. */
export function readEnvironment(runFolder: string): Environment {
  const text = readTextFile(environmentFile(runFolder));
  if (text === null) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Adds to a run's environment.json, which the worker adds to as well, or begins it. */
export function extendEnvironment(runFolder: string, facts: Environment): void {
  const environment = { ...readEnvironment(runFolder), ...facts };
  writeFileAtomic(environmentFile(runFolder), `${JSON.stringify(environment, null, 2)}\n`);
}

function environmentFile(runFolder: string): string {
  return join(runFolder, 'environment.json');
}

/** The commit that the app runs from, or null where it is no git checkout. */
async function readGitCommit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--verify', 'HEAD'], {
      cwd: projectFolder,
      timeout: 2000,
      windowsHide: true,
    });
    return stdout.trim();
  } catch {
    return null;
  }
}
