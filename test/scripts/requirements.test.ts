// What a wheel says of itself.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseRecord, requirementsOfExtra, wheelNameOf } from '../../scripts/setup/requirements.mjs';

const metadata = [
  'Metadata-Version: 2.4',
  'Name: tensorflow',
  'Requires-Dist: numpy>=1.26.0',
  'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
  "Requires-Dist: nvidia-nccl-cu12 (<3.0, >=2.27.7) ; extra == 'and-cuda'",
  'Requires-Dist: io-gcs>=0.23.1; (sys_platform != "win32") and extra == "gcs-filesystem"',
  'Requires-Dist: win-cuda>=1; sys_platform == "win32" and extra == "and-cuda"',
  '',
  'Requires-Dist: in-the-description; extra == "and-cuda"',
].join('\n');

test('the requirements of an extra, without those under further conditions', () => {
  assert.deepEqual(requirementsOfExtra(metadata, 'and-cuda'), [
    'nvidia-cublas-cu12<13.0,>=12.5.3.2',
    'nvidia-nccl-cu12(<3.0,>=2.27.7)',
  ]);
  assert.deepEqual(requirementsOfExtra(metadata, 'gcs-filesystem'), []);
  assert.deepEqual(requirementsOfExtra(metadata.replaceAll('\n', '\r\n'), 'and-cuda').length, 2);
});

test('the name of a wheel file', () => {
  assert.deepEqual(
    ['nvidia-cublas-cu12<13.0,>=12.5.3.2', 'tensorflow-cpu==2.21.0', 'Some.Package'].map(wheelNameOf),
    ['nvidia_cublas_cu12', 'tensorflow_cpu', 'some_package'],
  );
});

test('the checksums of RECORD', () => {
  const sha256 = createHash('sha256').update('x');
  const [hex, base64] = [sha256.copy().digest('hex'), sha256.copy().digest('base64url')];
  const record = `a/b.so,sha256=${base64},1\n"odd, ""name"".h",sha256=${base64},1\nx.dist-info/RECORD,,\n`;
  assert.deepEqual(
    [...parseRecord(record)],
    [
      ['a/b.so', hex],
      ['odd, "name".h', hex],
    ],
  );
});
