// The command line of the set-up: flags, then the npm script to run afterwards with its arguments.

import { SetupError } from '../system/report.mjs';

/** @typedef {import('../system/stamp.mjs').Request} Request */

export const usage = `Usage: node scripts/setup.mjs [flag] [npm script] [arguments of the script]

Sets up everything the project needs, then runs the npm script, if one is named.

  --gpu    TensorFlow with CUDA, whether or not an NVIDIA GPU is seen
  --cpu    TensorFlow for the CPU, also where a GPU is seen
  --wasm   no native TensorFlow: the slower WebAssembly backend
  --auto   what fits this machine (the default); the other three are remembered until then
  --help   this text
`;

/** @type {Readonly<Record<string, Request>>} */
const requests = Object.freeze({ '--gpu': 'gpu', '--cpu': 'cpu', '--wasm': 'wasm', '--auto': null });

/**
 * @typedef {object} SetupArguments
 * @property {Request | undefined} request undefined: no flag was given
 * @property {boolean} help
 * @property {string | null} script
 * @property {string[]} scriptArguments
 */

/**
 * @param {string[]} args
 * @returns {SetupArguments}
 * @throws {SetupError} on a flag that does not exist
 */
export function parseArguments(args) {
  /** @type {SetupArguments} */
  const parsed = { request: undefined, help: false, script: null, scriptArguments: [] };
  for (const [index, argument] of args.entries()) {
    if (argument === '--help' || argument === '-h') parsed.help = true;
    else if (argument in requests) parsed.request = requests[argument];
    else if (argument.startsWith('-')) throw unknownFlag(argument);
    else return { ...parsed, script: argument, scriptArguments: args.slice(index + 1) };
  }
  return parsed;
}

/** @param {string} flag */
function unknownFlag(flag) {
  return new SetupError({
    what: 'The set-up does not know this flag.',
    found: flag,
    expected: `one of ${Object.keys(requests).join(', ')}, --help`,
    remedy: 'see: node scripts/setup.mjs --help',
  });
}
