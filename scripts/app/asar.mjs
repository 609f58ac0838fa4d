// Electron's archive format, as far as a few small texts need it: sizes, a JSON index padded to four bytes, the contents.

/** @param {Record<string, string>} texts @returns {Buffer} */
export function packAsar(texts) {
  /** @type {Record<string, { size: number, offset: string }>} */
  const files = {};
  let offset = 0;
  for (const [name, text] of Object.entries(texts)) {
    const size = Buffer.byteLength(text);
    files[name] = { size, offset: String(offset) };
    offset += size;
  }
  const index = Buffer.from(JSON.stringify({ files }));
  const padded = Math.ceil(index.length / 4) * 4;
  const head = Buffer.alloc(16);
  for (const [place, value] of [4, padded + 8, padded + 4, index.length].entries()) {
    head.writeUInt32LE(value, place * 4);
  }
  const padding = Buffer.alloc(padded - index.length);
  return Buffer.concat([head, index, padding, ...Object.values(texts).map((text) => Buffer.from(text))]);
}
