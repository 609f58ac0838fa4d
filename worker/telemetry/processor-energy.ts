// The energy that the processors used, from the counters that Linux shows under powercap (Intel and AMD), where they
// can be read. Counters run over and are small (an hour or less), so they must be read every few minutes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProcessorEnergy {
  /** Joules since the last call, of all packages and their memory; every program's, not this one's alone. */
  read(): number;
}

interface Zone {
  file: string;
  /** Microjoules at which the counter begins again. */
  range: number;
  last: number;
}

/** Null where there are no counters, or none that may be read, as is common for others than root. */
export function openProcessorEnergy(root = '/sys/class/powercap'): ProcessorEnergy | null {
  try {
    const zones = countedZones(root).map((folder): Zone => {
      const file = join(folder, 'energy_uj');
      return { file, range: readNumber(join(folder, 'max_energy_range_uj')), last: readNumber(file) };
    });
    if (zones.length === 0) return null;
    return { read: () => zones.reduce((sum, zone) => sum + advance(zone), 0) / 1e6 };
  } catch {
    return null;
  }
}

/** Packages, and the memory beside them. The cores are in the package; psys holds everything once more. */
function countedZones(root: string): string[] {
  return readdirSync(root)
    .filter((name) => /^intel-rapl:\d+(:\d+)?$/.test(name))
    .map((name) => join(root, name))
    .filter((folder) => /^(package-\d+|dram)$/.test(readFileSync(join(folder, 'name'), 'utf8').trim()));
}

/** Microjoules since the last reading; a counter that cannot be read any more counts nothing. */
function advance(zone: Zone): number {
  const now = tryReadNumber(zone.file);
  if (now === null) return 0;
  const used = now >= zone.last ? now - zone.last : zone.range - zone.last + now;
  zone.last = now;
  return used;
}

function readNumber(file: string): number {
  const value = Number(readFileSync(file, 'utf8').trim());
  if (!Number.isFinite(value)) throw new Error(`${file} holds no number`);
  return value;
}

function tryReadNumber(file: string): number | null {
  try {
    return readNumber(file);
  } catch {
    return null;
  }
}
