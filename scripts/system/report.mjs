// What the set-up says. All of it goes to the error stream, so that the output of the npm script
// that follows stays a program's to read.

/**
 * @typedef {object} SetupErrorParts
 * @property {string} what
 * @property {string} [where]
 * @property {string} [found]
 * @property {string} [expected]
 * @property {string} [remedy]
 */

/** A failure that a user can mend: shown as its lines, without a stack trace. */
export class SetupError extends Error {
  /** @param {SetupErrorParts} parts */
  constructor(parts) {
    const lines = [parts.what];
    if (parts.where !== undefined) lines.push(`  where:    ${parts.where}`);
    if (parts.found !== undefined) lines.push(`  found:    ${parts.found}`);
    if (parts.expected !== undefined) lines.push(`  expected: ${parts.expected}`);
    if (parts.remedy !== undefined) lines.push(`  to do:    ${parts.remedy}`);
    super(lines.join('\n'));
    this.name = 'SetupError';
    this.parts = parts;
  }
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

/** @param {number} sizeBytes */
export function formatSize(sizeBytes) {
  if (sizeBytes >= 1e9) return `${(sizeBytes / 1e9).toFixed(1)} GB`;
  if (sizeBytes >= 1e6) return `${Math.round(sizeBytes / 1e6)} MB`;
  return `${Math.ceil(sizeBytes / 1e3)} kB`;
}

/**
 * A bar on a terminal; off a terminal one line at each quarter.
 * @param {string} label
 * @param {number} totalBytes 0 when unknown
 * @param {{ isTTY?: boolean, write(text: string): unknown }} [stream]
 */
export function startProgress(label, totalBytes, stream = process.stderr) {
  let doneBytes = 0;
  let shown = -1;
  const total = () => (totalBytes > 0 ? ` of ${formatSize(totalBytes)}` : '');
  const draw = () => {
    const percent = totalBytes > 0 ? Math.min(100, Math.floor((100 * doneBytes) / totalBytes)) : 0;
    const step = totalBytes > 0 ? percent : Math.floor(doneBytes / 1e6);
    if (stream.isTTY) {
      if (step === shown) return;
      shown = step;
      const filled = Math.floor((percent * 30) / 100);
      const bar = `[${'#'.repeat(filled)}${'.'.repeat(30 - filled)}] ${String(percent).padStart(3)} % `;
      stream.write(`\rset-up: ${label} ${totalBytes > 0 ? bar : ''}${formatSize(doneBytes)}${total()}  `);
    } else if (Math.floor(percent / 25) > Math.max(0, shown)) {
      shown = Math.floor(percent / 25);
      stream.write(`set-up: ${label}: ${shown * 25} % (${formatSize(doneBytes)}${total()})\n`);
    }
  };
  return {
    /** @param {number} bytes */
    add(bytes) {
      doneBytes += bytes;
      draw();
    },
    end() {
      if (stream.isTTY && shown >= 0) stream.write('\n');
    },
  };
}
