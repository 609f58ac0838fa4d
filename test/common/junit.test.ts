import assert from 'node:assert/strict';
import { test } from 'node:test';
import { junitReport } from '../../common/junit.ts';

test('each requirement is a test case, with what was found', () => {
  const requirement = { metric: 'a', operator: '>=', bound: 1 } as const;
  const xml = junitReport(
    'evaluate "x"',
    [
      { ...requirement, text: 'a>=1', found: 2, passed: true },
      { ...requirement, text: 'a<1', found: 2, passed: false },
    ],
    1500,
  );
  assert.equal(
    xml,
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1">
  <testsuite name="evaluate &quot;x&quot;" tests="2" failures="1" time="1.500">
    <testcase classname="evaluate &quot;x&quot;" name="a&gt;=1"><system-out>found 2, required a&gt;=1</system-out></testcase>
    <testcase classname="evaluate &quot;x&quot;" name="a&lt;1">
      <failure message="found 2, required a&lt;1"/>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});
