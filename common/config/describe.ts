// Lists the settings of a config schema with all that forms, flags, help and error messages need to know of each.

import { z } from 'zod';
import { experimentSchema } from './experiment.ts';

/** One setting, as the schema describes it. */
export interface FieldDescription {
  /** Dotted, for example `model.hiddenSize`. */
  path: string;
  type: 'text' | 'number' | 'whole number' | 'yes or no' | 'choice' | 'list';
  required: boolean;
  /** Absent where the field is required, or optional without a default. */
  default?: unknown;
  unit: string;
  description: string;
  /** False where a text must hold at least one letter. */
  emptyAllowed: boolean;
  /** Null unless the type is `choice`. */
  choices: (string | number)[] | null;
  minimum: number | null;
  maximum: number | null;
  /** True where the bound itself is not allowed. */
  minimumExcluded: boolean;
  maximumExcluded: boolean;
  /** The section whose settings each item of a list has. */
  itemsLike?: string;
  /** The field exists only where another field has this value. */
  when: { path: string; equals: string } | null;
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** All settings of an experiment, in the order of the schema. */
export function describeFields(): FieldDescription[] {
  return describeSchema(experimentSchema);
}

/** All settings of any object schema, or of a union of objects told apart by a `kind`. */
export function describeSchema(schema: z.ZodType): FieldDescription[] {
  return describeNode(z.toJSONSchema(schema, { io: 'input' }), '', true, null);
}

/** What a field accepts, in words: `a whole number, at least 1`. */
export function describeExpected(field: FieldDescription): string {
  if (field.choices !== null) return joinChoices(field.choices.map(String));
  if (field.type === 'yes or no') return 'true or false';
  if (field.type === 'list') return 'a list';
  if (field.type === 'text') return field.emptyAllowed ? 'text' : 'text, not empty';
  const bounds: string[] = [];
  if (field.minimum !== null) bounds.push(`${field.minimumExcluded ? 'above' : 'at least'} ${field.minimum}`);
  if (field.maximum !== null) bounds.push(`${field.maximumExcluded ? 'below' : 'at most'} ${field.maximum}`);
  return [`a ${field.type}`, ...bounds].join(', ');
}

/** `a, b or c` */
export function joinChoices(choices: string[]): string {
  if (choices.length < 2) return choices.join('');
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

function describeNode(
  node: JsonSchema,
  path: string,
  required: boolean,
  when: FieldDescription['when'],
): FieldDescription[] {
  if (node.oneOf !== undefined) return describeVariants(node.oneOf.filter(isObjectNode), path, when);
  if (node.properties === undefined) return [describeLeaf(node, path, required, when)];
  return Object.entries(node.properties).flatMap(([key, child]) => {
    if (typeof child === 'boolean') return [];
    const childPath = path === '' ? key : `${path}.${key}`;
    return describeNode(child, childPath, node.required?.includes(key) ?? false, when);
  });
}

function describeVariants(
  variants: JsonSchema[],
  path: string,
  when: FieldDescription['when'],
): FieldDescription[] {
  const kindPath = path === '' ? 'kind' : `${path}.kind`;
  const kinds: string[] = [];
  const meanings: string[] = [];
  const fields: FieldDescription[] = [];
  for (const variant of variants) {
    const described = describeNode(variant, path, true, when);
    const kind = String(described.find((field) => field.path === kindPath)?.choices?.[0]);
    kinds.push(kind);
    meanings.push(`${kind}: ${described.find((field) => field.path === kindPath)?.description}`);
    const own = described.filter((field) => field.path !== kindPath);
    fields.push(...own.map((field) => ({ ...field, when: { path: kindPath, equals: kind } })));
  }
  const kindField = {
    ...describeLeaf({ enum: kinds }, kindPath, true, when),
    description: meanings.join(' '),
  };
  return [kindField, ...fields];
}

function describeLeaf(
  node: JsonSchema,
  path: string,
  required: boolean,
  when: FieldDescription['when'],
): FieldDescription {
  const choices = choicesOf(node);
  const maximum = numberOrNull(node.maximum ?? node.exclusiveMaximum);
  return {
    path,
    type: choices === null ? typeOf(node) : 'choice',
    required,
    ...(node.default === undefined ? {} : { default: node.default }),
    ...(typeof node.itemsLike === 'string' ? { itemsLike: node.itemsLike } : {}),
    unit: typeof node.unit === 'string' ? node.unit : '',
    description: node.description ?? '',
    emptyAllowed: node.minLength === undefined && node.pattern === undefined,
    choices,
    minimum: numberOrNull(node.minimum ?? node.exclusiveMinimum),
    maximum: maximum === Number.MAX_SAFE_INTEGER ? null : maximum,
    minimumExcluded: node.exclusiveMinimum !== undefined,
    maximumExcluded: node.exclusiveMaximum !== undefined,
    when,
  };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function choicesOf(node: JsonSchema): (string | number)[] | null {
  const values = node.enum ?? (node.const === undefined ? node.anyOf?.map(constantOf) : [node.const]);
  const choices = values?.filter((value) => typeof value === 'string' || typeof value === 'number');
  return choices === undefined || choices.length === 0 ? null : choices;
}

function constantOf(node: JsonSchema | boolean): unknown {
  return typeof node === 'boolean' ? undefined : node.const;
}

function typeOf(node: JsonSchema): FieldDescription['type'] {
  if (node.type === 'integer') return 'whole number';
  if (node.type === 'number') return 'number';
  if (node.type === 'array') return 'list';
  return node.type === 'boolean' ? 'yes or no' : 'text';
}

function isObjectNode(node: JsonSchema | boolean): node is JsonSchema {
  return typeof node !== 'boolean';
}
