// Commands that ask one question: call the engine, print the answer.

import type { CallInput, CallName, CallOutput } from '../../common/api.ts';
import type { GlobalOptions } from './output.ts';
import { withEngine } from './session.ts';

/** Prints the output of a call as `describe` puts it, or as JSON. */
export async function printCall<Name extends CallName>(
  options: GlobalOptions,
  name: Name,
  input: CallInput<Name>,
  describe: (answer: CallOutput<Name>) => string,
): Promise<CallOutput<Name>> {
  return await withEngine(options, async ({ client, output }) => {
    const answer = await client.call(name, input);
    output.emit(answer);
    if (!output.json) output.say(describe(answer));
    return answer;
  });
}
