// Says what is wrong with a command line, and what was probably meant, from the parser's bare messages.

import { z } from 'zod';
import { UserError } from '../../common/errors.ts';
import { didYouMean } from '../../common/nearest.ts';

/** What the parser has against the command line, with what it knew at that point. */
export class ParserError extends Error {
  readonly knowledge: ParserKnowledge;

  constructor(message: string, knowledge: ParserKnowledge) {
    super(message);
    this.knowledge = knowledge;
  }
}

export interface ParserKnowledge {
  /** Names of the options of the command that was found. */
  options: string[];
  /** Names of the commands, or subcommands, that could have followed. */
  commands: string[];
  /** How the command that was found is written, for example `trm train <config> [overrides..]`. */
  usage: string | null;
}

const optionsSchema = z.object({ key: z.record(z.string(), z.unknown()) });
const usageSchema = z.array(z.tuple([z.string()], z.unknown()));

/** What the parser tells of itself through methods that its types leave out. */
export function readParserKnowledge(parser: object, usage: object): ParserKnowledge {
  const options = optionsSchema.safeParse(ask(parser, 'getOptions'));
  const lines = usageSchema.safeParse(ask(usage, 'getUsage'));
  const commands = usageSchema.safeParse(ask(usage, 'getCommands'));
  const text = lines.success ? lines.data[0]?.[0] : undefined;
  const found = text?.split('\n')[0]?.replace('$0', 'trm') ?? null;
  const path = found?.split(/ [<[]/)[0] ?? 'trm';
  return {
    options: options.success ? Object.keys(options.data.key) : [],
    commands: commands.success ? commands.data.map(([command]) => lastWord(command, path)) : [],
    usage: found,
  };
}

export function explainUsageError({ message, knowledge }: ParserError, args: string[]): UserError {
  const words = args.filter((argument) => !argument.startsWith('-'));
  const { usage } = knowledge;
  const help = `${usage?.split(/ [<[]/)[0] ?? 'trm'} --help shows what there is`;
  const [, unknown] = /^Unknown (?:argument|command)s?: (.*)$/.exec(message) ?? [];
  if (unknown !== undefined) return explainUnknown(unknown.split(', '), words, knowledge, help);
  if (/^Not enough non-option arguments/.test(message)) {
    const expected = usage === null ? {} : { expected: usage };
    return new UserError({ what: 'The command is not complete', ...expected, remedy: help });
  }
  const [, valueless] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
  if (valueless !== undefined) return new UserError({ what: `--${valueless} needs a value`, remedy: help });
  const choice = /Argument: (.*), Given: (.*), Choices: (.*)/.exec(message);
  if (choice === null) return new UserError({ what: message, remedy: help });
  const [, option, found = '', expected = ''] = choice;
  return new UserError({ what: `--${option} cannot be ${found}`, found, expected });
}

function explainUnknown(
  names: string[],
  words: string[],
  knowledge: ParserKnowledge,
  help: string,
): UserError {
  const [name = ''] = names;
  if (words.includes(name)) {
    const command = words.slice(0, words.indexOf(name) + 1).join(' ');
    const remedy = didYouMean(name, knowledge.commands) ?? help;
    if (knowledge.commands.length > 0)
      return new UserError({ what: `There is no command ${command}`, remedy });
    const expected = knowledge.usage === null ? {} : { expected: knowledge.usage };
    return new UserError({ what: `The command has a word too many: ${name}`, ...expected, remedy: help });
  }
  const dashes = name.length === 1 ? '-' : '--';
  const known = knowledge.options.map((option) => `--${option}`);
  return new UserError({
    what: `There is no option ${dashes}${name}`,
    remedy: didYouMean(`${dashes}${name}`, known) ?? help,
  });
}

/** The name of a command in `trm runs show <run>`, where the words before it are known. */
function lastWord(command: string, path: string): string {
  const words = command
    .replace('$0', 'trm')
    .split(/\s+/)
    .filter((word) => !/^[<[]/.test(word));
  return words.filter((word) => !path.split(' ').includes(word)).at(0) ?? '';
}

function ask(object: object, method: string): unknown {
  const value: unknown = Reflect.get(object, method);
  return typeof value === 'function' ? value.call(object) : undefined;
}
