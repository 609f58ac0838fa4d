// Reads an exported model file and believes nothing: that it is an ONNX file, that it is one of ours and whole, that
// its graph takes and gives what the metadata says.

import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { type ErrorDetails, UserError } from '../../common/errors.ts';
import { decodeModel, type ModelEnvelope } from '../capture/onnx/schema.ts';
import { decodeMetadata, hasMetadata, type ModelMetadata } from '../export/metadata.ts';
import { withFileErrors } from '../files.ts';

/** A protocol buffer holds at most 2 GiB. */
const MOST_BYTES = 2 ** 31;

export interface ModelFile {
  bytes: Uint8Array;
  metadata: ModelMetadata;
}

/** @throws UserError that says what is wrong with the file at `path` */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = await withFileErrors('Cannot read the model', path, async () => {
    const { size } = await stat(path);
    if (size > MOST_BYTES)
      throw modelError(path, 'This is no ONNX model', `${size} bytes`, `at most ${MOST_BYTES}`);
    return readFile(path);
  });
  return decodeModelFile(bytes, path);
}

/** The same of bytes; `path` stands for them in messages. @throws UserError that says what is wrong with them */
export function decodeModelFile(bytes: Uint8Array, path: string): ModelFile {
  const envelope = readEnvelope(bytes, path);
  const metadata = readMetadata(envelope, path);
  const sha256 = createHash('sha256').update(envelope.graph).digest('hex');
  if (sha256 === metadata.graphSha256) return { bytes, metadata };
  throw modelError(
    path,
    'The model is damaged, or its graph was changed after the export',
    `a graph with SHA-256 ${sha256.slice(0, 16)}…`,
    `${metadata.graphSha256.slice(0, 16)}…, as it was exported`,
  );
}

function readEnvelope(bytes: Uint8Array, path: string): ModelEnvelope {
  try {
    const envelope = decodeModel(bytes);
    if (envelope.graph.length > 0) return envelope;
  } catch {
    throw modelError(
      path,
      'This is no ONNX model, or it was cut short',
      `${bytes.length} bytes that cannot be read as one`,
      'an .onnx file that `trm export` wrote',
    );
  }
  throw modelError(path, 'This is no ONNX model', `${bytes.length} bytes without a graph`, 'an .onnx file');
}

function readMetadata({ metadata: pairs, producerName }: ModelEnvelope, path: string): ModelMetadata {
  if (!hasMetadata(pairs)) {
    throw modelError(
      path,
      'This ONNX model was not exported by TRM Studio',
      producerName === '' ? 'no metadata of ours' : `a model of ${producerName}, without metadata of ours`,
      'a model that `trm export` wrote',
    );
  }
  const decoded = decodeMetadata(pairs);
  if (decoded.success) return decoded.data;
  throw modelError(
    path,
    'The description inside the model is damaged or of another version',
    z.prettifyError(decoded.error).split('\n').slice(0, 2).join(' '),
    'the description that this version of TRM Studio writes',
  );
}

/** A UserError about the model file at `path`. */
export function modelError(
  path: string,
  what: string,
  found: string,
  expected: string,
  cause?: unknown,
): UserError {
  const details: ErrorDetails = { what, where: path, found, expected };
  const options = cause === undefined ? undefined : { cause };
  return new UserError({ ...details, remedy: 'export the model again with `trm export`' }, options);
}
