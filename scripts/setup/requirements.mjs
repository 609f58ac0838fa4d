// Reads what a wheel says of itself: the requirements of an extra, and the checksums of its files.

/**
 * The requirements that belong to one extra, in the order of the file. A requirement that holds only
 * under further conditions (another system, another Python) is left out.
 * @param {string} metadata text of a wheel's METADATA
 * @param {string} extra as and-cuda
 * @returns {string[]} as nvidia-cublas-cu12<13.0,>=12.5.3.2
 */
export function requirementsOfExtra(metadata, extra) {
  const headerEnd = metadata.search(/\r?\n\r?\n/);
  const header = headerEnd < 0 ? metadata : metadata.slice(0, headerEnd);
  return header.split(/\r?\n/).flatMap((line) => {
    const match = /^Requires-Dist:\s*([^;]+);\s*extra\s*==\s*["']([^"']+)["']\s*$/.exec(line);
    return match?.[2] === extra && match[1] !== undefined ? [match[1].replace(/\s+/g, '')] : [];
  });
}

/**
 * The name of a requirement as it begins the file name of its wheel.
 * @param {string} requirement as nvidia-cublas-cu12<13.0,>=12.5.3.2
 * @returns {string} as nvidia_cublas_cu12
 */
export function wheelNameOf(requirement) {
  const name = /^[A-Za-z0-9._-]+/.exec(requirement)?.[0] ?? requirement;
  return name.replace(/[-_.]+/g, '_').toLowerCase();
}

/**
 * The checksums in a wheel's RECORD.
 * @param {string} record lines of path,sha256=<base64url>,size
 * @returns {Map<string, string>} sha256 in hexadecimal by path
 */
export function parseRecord(record) {
  /** @type {Map<string, string>} */
  const checksums = new Map();
  for (const line of record.split(/\r?\n/)) {
    const match = /^(?:"((?:[^"]|"")*)"|([^,]*)),sha256=([A-Za-z0-9_-]+)=*,/.exec(line);
    if (match === null) continue;
    const name = match[1]?.replaceAll('""', '"') ?? match[2] ?? '';
    checksums.set(name, Buffer.from(match[3] ?? '', 'base64url').toString('hex'));
  }
  return checksums;
}
