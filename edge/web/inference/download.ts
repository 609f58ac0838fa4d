// Loads a model and believes nothing: neither that the server has the file, nor that it is the one that was bundled.

import type { BundleModel } from '../../../common/bundle.ts';
import { firstLine, TroubleError } from './trouble.ts';

/** The bytes of the model file. @throws TroubleError when it is missing, cut short or another one */
export async function downloadModel(
  { file, sizeBytes, sha256 }: BundleModel,
  rootUrl: string,
  onProgress: (loadedBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const missing = (found: string) => new TroubleError({ kind: 'model-missing', file, found });
  const response = await fetch(new URL(file, rootUrl)).catch((error: unknown) => {
    throw missing(firstLine(error));
  });
  if (!response.ok || response.body === null)
    throw missing(`${response.status} ${response.statusText}`.trim());
  const bytes = await readAll(response.body, sizeBytes, onProgress).catch((error: unknown) => {
    throw missing(firstLine(error));
  });
  const found = await findDamage(bytes, sizeBytes, sha256);
  if (found !== null) throw new TroubleError({ kind: 'model-damaged', file, found });
  return bytes;
}

async function readAll(
  body: ReadableStream<Uint8Array>,
  sizeBytes: number,
  onProgress: (loadedBytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let loadedBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loadedBytes += value.length;
    onProgress(loadedBytes);
    // A page of text in the place of a model can be endless.
    if (loadedBytes > sizeBytes) break;
  }
  await reader.cancel();
  const bytes = new Uint8Array(loadedBytes);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

async function findDamage(
  bytes: Uint8Array<ArrayBuffer>,
  sizeBytes: number,
  sha256: string,
): Promise<string | null> {
  if (bytes.length > sizeBytes) return `> ${sizeBytes} B`;
  if (bytes.length < sizeBytes) return `${bytes.length} B < ${sizeBytes} B`;
  // Browsers hash on https and on this machine only; elsewhere the size has to do.
  if (globalThis.crypto?.subtle === undefined) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return found === sha256 ? null : `SHA-256 ${found.slice(0, 16)}…`;
}
