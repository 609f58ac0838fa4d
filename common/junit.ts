// Checked requirements in the XML of JUnit, which continuous-integration systems show.

import type { CheckedRequirement } from './gate.ts';
import { escapeXml } from './pictures/svg.ts';

/** One test case a requirement. */
export function junitReport(
  suite: string,
  checked: readonly CheckedRequirement[],
  elapsedMs: number,
): string {
  const failures = checked.filter(({ passed }) => !passed).length;
  const name = escapeXml(suite);
  const cases = checked.map(({ text, found, passed }) => {
    const head = `    <testcase classname="${name}" name="${escapeXml(text)}"`;
    const message = escapeXml(`found ${found}, required ${text}`);
    if (passed) return `${head}><system-out>${message}</system-out></testcase>`;
    return `${head}>\n      <failure message="${message}"/>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${checked.length}" failures="${failures}">`,
    `  <testsuite name="${name}" tests="${checked.length}" failures="${failures}" time="${(elapsedMs / 1000).toFixed(3)}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
