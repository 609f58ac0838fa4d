// A halting rule as ONNX nodes inside a loop. What needs the domain's rules, a clock or more than answer and halting
// logits cannot be part of a graph.

import { UserError } from '../../common/errors.ts';
import { formatHaltingRule, type HaltingRule, parseHaltingRule } from '../../common/halting/rule.ts';
import type { NodeMessage } from '../capture/onnx/schema.ts';
import { nodeOf } from './precision/rewriting.ts';

/** The values that a rule is computed from, by name. */
export interface HaltingValues {
  /** float32 [batch] */
  haltLogits: string;
  continueLogits: string;
  haltProbability: string;
  /** int32 scalar, counted from 1 */
  step: string;
  /** int32 [batch]; steps in a row with the same answer */
  stableSteps: string;
  /** The default of the graph's optional input `halt_threshold`, where the rule has a single one. */
  threshold: string;
}

export interface HaltingNodes {
  nodes: NodeMessage[];
  /** The name of a bool [batch], or scalar. */
  output: string;
}

/** What the graph needs: a constant by its value. */
export type ConstantNames = (value: number, type: 'float32' | 'int32') => string;

/** The threshold of a rule that is `q>=…` alone; null for others. */
export function soleThreshold(rule: HaltingRule): number | null {
  return rule.kind === 'criterion' && rule.criterion.name === 'q' ? rule.bound : null;
}

/**
 * The rule that a graph can follow.
 * @throws UserError that names the criterion that it cannot
 */
export function requireGraphRule(text: string): HaltingRule {
  const rule = parseHaltingRule(text);
  const missing = namesOf(rule).find((name) => !(name in criteria));
  if (missing === undefined) return rule;
  throw new UserError({
    what: 'The halting rule cannot be part of a graph',
    where: formatHaltingRule(rule),
    found: missing,
    expected: `only ${Object.keys(criteria).join(', ')}`,
    remedy: "give another rule with --halt, such as 'q>=0.5', or export the step graph with --form step",
  });
}

/** Nodes that compute the rule, their values named after `prefix`. */
export function haltingNodes(
  rule: HaltingRule,
  values: HaltingValues,
  constant: ConstantNames,
  prefix = 'halts',
): HaltingNodes {
  if (rule.kind === 'criterion') {
    const write = criteria[rule.criterion.name];
    if (write === undefined) throw new Error(`the criterion ${rule.criterion.name} is not part of graphs`);
    return { nodes: [write(values, rule.bound, constant, prefix)], output: prefix };
  }
  const parts = rule.rules.map((part, index) => haltingNodes(part, values, constant, `${prefix}/${index}`));
  const op = rule.kind === 'and' ? 'And' : 'Or';
  const joined = parts.slice(1).reduce<HaltingNodes>((before, part, index) => {
    const output = index === parts.length - 2 ? prefix : `${prefix}/joined_${index}`;
    const join = nodeOf(op, [before.output, part.output], [output]);
    return { nodes: [...before.nodes, ...part.nodes, join], output };
  }, parts[0] as HaltingNodes);
  return joined;
}

type Write = (values: HaltingValues, bound: number, constant: ConstantNames, output: string) => NodeMessage;

const criteria: Readonly<Record<string, Write>> = {
  q: ({ haltProbability, threshold }, bound, constant, output) =>
    nodeOf('GreaterOrEqual', [haltProbability, threshold || constant(bound, 'float32')], [output]),
  'halt>continue': ({ haltLogits, continueLogits }, _bound, _constant, output) =>
    nodeOf('Greater', [haltLogits, continueLogits], [output]),
  stable: ({ stableSteps }, bound, constant, output) =>
    nodeOf('GreaterOrEqual', [stableSteps, constant(bound, 'int32')], [output]),
  steps: ({ step }, bound, constant, output) =>
    nodeOf('GreaterOrEqual', [step, constant(bound, 'int32')], [output]),
};

function namesOf(rule: HaltingRule): string[] {
  return rule.kind === 'criterion' ? [rule.criterion.name] : rule.rules.flatMap(namesOf);
}
