// The doctor's list as text: one aligned line a part, with what to do below it.

/** @typedef {import('./part.mjs').Part} Part */

/**
 * @param {{ parts: Part[], ok: boolean }} report
 * @returns {string}
 */
export function formatParts({ parts, ok }) {
  const nameWidth = Math.max(...parts.map((part) => part.name.length));
  const versionWidth = Math.max(...parts.map((part) => (part.version ?? '-').length));
  const indent = ' '.repeat('warning  '.length + nameWidth + 2 + versionWidth + 2);
  const lines = parts.flatMap((part) => {
    const head = [
      part.status.padEnd('warning  '.length),
      part.name.padEnd(nameWidth + 2),
      (part.version ?? '-').padEnd(versionWidth + 2),
    ].join('');
    const texts = [part.origin, part.detail].filter((text) => text !== null);
    if (part.remedy !== null) texts.push(`to do: ${part.remedy}`);
    return texts.length === 0
      ? [head.trimEnd()]
      : texts.map((text, index) => (index === 0 ? head : indent) + text);
  });
  const missing = parts.filter((part) => part.status === 'missing').length;
  const end = ok
    ? 'Every needed part works.'
    : `${missing} needed ${missing === 1 ? 'part is' : 'parts are'} missing.`;
  return `${lines.join('\n')}\n\n${end}\n`;
}
