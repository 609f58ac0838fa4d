// A halting rule: criteria joined by `and` and `or`, as text and as a tree. `and` binds tighter; parentheses group.

import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { HaltingCriterion, StepSignals } from './criterion.ts';
import { haltingCriteria } from './table.ts';

export type HaltingRule =
  | { kind: 'criterion'; criterion: HaltingCriterion; bound: number }
  | { kind: 'and' | 'or'; rules: HaltingRule[] };

/** The reference's rule: the model's own verdict. */
export const defaultHaltingRule = 'q>=0.5';

/** A rule as text, as it is stored and sent. */
export const haltingRuleSchema = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    const problem = findProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** Whether a puzzle halts after the step. */
export function halts(rule: HaltingRule, signals: StepSignals): boolean {
  if (rule.kind === 'criterion') return rule.criterion.halts(signals, rule.bound);
  const holds = (part: HaltingRule) => halts(part, signals);
  return rule.kind === 'and' ? rule.rules.every(holds) : rule.rules.some(holds);
}

/** Whether the rule asks for the criterion of that name anywhere. */
export function asksFor(rule: HaltingRule, name: string): boolean {
  if (rule.kind === 'criterion') return rule.criterion.name === name;
  return rule.rules.some((part) => asksFor(part, name));
}

/** The shortest text that parses to the rule. */
export function formatHaltingRule(rule: HaltingRule): string {
  if (rule.kind === 'criterion') {
    const { name, comparison } = rule.criterion;
    return comparison === null ? name : `${name}${comparison}${rule.bound}`;
  }
  const texts = rule.rules.map((part) => {
    const text = formatHaltingRule(part);
    return rule.kind === 'and' && part.kind === 'or' ? `(${text})` : text;
  });
  return texts.join(` ${rule.kind} `);
}

/** @throws UserError that shows the part that is no rule */
export function parseHaltingRule(text: string, where = 'the halting rule'): HaltingRule {
  const parsed = readRule(text);
  if ('rule' in parsed) return parsed.rule;
  throw new UserError({
    what: 'The halting rule cannot be read',
    where,
    found: `${JSON.stringify(text)}: ${parsed.problem}`,
    expected: `criteria joined by "and" and "or", of ${haltingCriteria.map(exampleOf).join(', ')}`,
    remedy: "write for example 'q>=0.9 or stable>=3 and residual<=0.01'",
  });
}

function exampleOf({ name, comparison }: HaltingCriterion): string {
  return comparison === null ? name : `${name}${comparison}…`;
}

function findProblem(text: string): string | null {
  const parsed = readRule(text);
  return 'problem' in parsed ? parsed.problem : null;
}

type Parsed = { rule: HaltingRule } | { problem: string };

/** Words, comparisons, numbers and parentheses; anything else comes as a single character, which no rule has. */
const tokenPattern = /halt\s*>\s*continue|[a-z]+|[<>]=?|[0-9.]+(?:e-?[0-9]+)?|\S/gi;

function readRule(text: string): Parsed {
  const tokens = (text.toLowerCase().match(tokenPattern) ?? []).map((token) => token.replace(/\s+/g, ''));
  const reader = { tokens, next: 0 };
  const parsed = readJoined(reader, 'or');
  if ('problem' in parsed || reader.next === tokens.length) return parsed;
  return { problem: `${JSON.stringify(tokens[reader.next])} where "and", "or" or the end should be` };
}

interface Reader {
  tokens: string[];
  next: number;
}

function readJoined(reader: Reader, kind: 'and' | 'or'): Parsed {
  const rules: HaltingRule[] = [];
  do {
    const part = kind === 'or' ? readJoined(reader, 'and') : readSingle(reader);
    if ('problem' in part) return part;
    // Parentheses around parts of the same kind change nothing.
    rules.push(...(part.rule.kind === kind ? part.rule.rules : [part.rule]));
  } while (reader.tokens[reader.next] === kind && ++reader.next);
  const [only] = rules;
  return { rule: rules.length === 1 && only !== undefined ? only : { kind, rules } };
}

function readSingle(reader: Reader): Parsed {
  const token = reader.tokens[reader.next++];
  if (token === undefined) return { problem: 'nothing where a criterion should be' };
  if (token === '(') {
    const inner = readJoined(reader, 'or');
    if ('problem' in inner || reader.tokens[reader.next++] === ')') return inner;
    return { problem: 'a parenthesis that is not closed' };
  }
  const criterion = haltingCriteria.find(({ name }) => name === token);
  if (criterion === undefined) return { problem: `${JSON.stringify(token)} is no criterion` };
  return criterion.comparison === null
    ? { rule: { kind: 'criterion', criterion, bound: 0 } }
    : readBound(reader, criterion);
}

function readBound(reader: Reader, criterion: HaltingCriterion): Parsed {
  const { name, comparison, range, whole } = criterion;
  const found = reader.tokens[reader.next++];
  // Of real numbers nobody means the bound itself; of whole ones a strict comparison means another number.
  const given = !whole && (found === '>' || found === '<') ? `${found}=` : found;
  if (given !== comparison) {
    return { problem: `${name} is followed by ${comparison}, not by ${found ?? 'the end'}` };
  }
  const text = reader.tokens[reader.next++];
  const bound = Number(text ?? Number.NaN);
  const fits = bound >= range[0] && bound <= range[1] && (!whole || Number.isInteger(bound));
  if (fits) return { rule: { kind: 'criterion', criterion, bound } };
  const wanted = `${whole ? 'a whole number' : 'a number'} from ${range[0]} to ${range[1]}`;
  return { problem: `${name} is compared with ${wanted}, not with ${text ?? 'nothing'}` };
}
