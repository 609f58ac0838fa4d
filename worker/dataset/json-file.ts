// Reads a JSON file of a dataset and checks it against its schema, with errors that name the file and the field.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { withFileErrorsSync } from '../files.ts';

const remedy = 'build the dataset again, or fetch it again from where it came';

/** The content of the file. Its digest is added to `files` under the name `relativePath` when that list is given. */
export function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  relativePath: string,
  files?: FileDigest[],
): z.output<Schema> {
  const bytes = withFileErrorsSync('Cannot read a file of the dataset', path, () => readFileSync(path));
  files?.push({
    path: relativePath,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  });
  const parsed = schema.safeParse(parseJson(bytes.toString('utf8'), path));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the whole file' : issue.path.join('.');
  throw new UserError({
    what: 'A file of the dataset has wrong content',
    where: path,
    found: `${field}: ${issue?.message ?? 'does not fit'}`,
    expected: 'the fields that the reference implementation writes',
    remedy,
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(
      {
        what: 'A file of the dataset is no valid JSON',
        where: path,
        found: error instanceof Error ? error.message : String(error),
        remedy,
      },
      { cause: error },
    );
  }
}
