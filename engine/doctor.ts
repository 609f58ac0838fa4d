// Lists the parts of the app and of the machine: asks the set-up's own inspection, in its process.

import { execFile } from 'node:child_process';
import { type CallOutput, calls } from '../common/api.ts';
import { FailureError } from './failure.ts';
import { doctorScript } from './paths.ts';

const reportSchema = calls['doctor.inspect'].output;

/** @throws FailureError when the inspection itself fails */
export async function inspectMachine(): Promise<CallOutput<'doctor.inspect'>> {
  const { stdout, stderr } = await runScript();
  const parsed = reportSchema.safeParse(parseJson(stdout));
  if (parsed.success) return parsed.data;
  throw new FailureError({
    what: 'The inspection of this machine gave no report',
    where: doctorScript,
    found: (stderr || stdout).trim().split('\n').slice(-5).join('\n') || 'no output',
    expected: 'one JSON document',
  });
}

/** The exit code is not looked at: it says that a part is missing, and so does the report. */
function runScript(): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { timeout: 120_000, maxBuffer: 16 << 20, windowsHide: true };
    execFile(process.execPath, [doctorScript, '--json'], options, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
