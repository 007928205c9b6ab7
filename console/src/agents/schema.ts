import { Validator } from '@cfworker/json-schema';
import { t } from '../text';

const list = { type: 'array', items: { $ref: '#' }, minItems: 1 };
const named = { type: 'object', additionalProperties: { $ref: '#' } };
const count = { type: 'integer', minimum: 0 };
const kinds = { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] };
const names = { type: 'array', items: { type: 'string' }, uniqueItems: true };

// What a JSON Schema may say, for the words that schemas of functions use. The server holds it against the whole standard.
const schemaOfSchemas = {
  type: ['object', 'boolean'],
  properties: {
    type: { anyOf: [kinds, { type: 'array', items: kinds, minItems: 1, uniqueItems: true }] },
    properties: named, patternProperties: named, $defs: named, definitions: named, dependentSchemas: named,
    additionalProperties: { $ref: '#' }, items: { $ref: '#' }, contains: { $ref: '#' }, not: { $ref: '#' }, propertyNames: { $ref: '#' },
    if: { $ref: '#' }, then: { $ref: '#' }, else: { $ref: '#' }, unevaluatedProperties: { $ref: '#' },
    allOf: list, anyOf: list, oneOf: list, prefixItems: list,
    required: names, enum: { type: 'array' },
    title: { type: 'string' }, description: { type: 'string' }, format: { type: 'string' }, $ref: { type: 'string' }, $id: { type: 'string' },
    pattern: { type: 'string', format: 'regex' },
    minLength: count, maxLength: count, minItems: count, maxItems: count, minProperties: count, maxProperties: count,
    minimum: { type: 'number' }, maximum: { type: 'number' }, exclusiveMinimum: { type: 'number' }, exclusiveMaximum: { type: 'number' },
    multipleOf: { type: 'number', exclusiveMinimum: 0 }, uniqueItems: { type: 'boolean' }, deprecated: { type: 'boolean' },
  },
};

export interface Fault {
  path: string;
  reason: string;
}

function faults(schema: object, value: unknown): Fault[] {
  const result = new Validator(schema as never, '2020-12', false).validate(value);
  if (result.valid) return [];
  // The last errors are the innermost: those before them only say that something below is wrong.
  return result.errors.filter((e) => !['properties', 'additionalProperties', '$ref', 'items', 'anyOf'].includes(e.keyword) || result.errors.length === 1)
    .map((e) => ({ path: e.instanceLocation.replace(/^#/, ''), reason: e.error }));
}

/** schemaFaults is what keeps a value from being a JSON Schema of an object. */
export function schemaFaults(value: unknown): Fault[] {
  const found = faults(schemaOfSchemas, value);
  if (found.length === 0 && (value === null || typeof value !== 'object' || (value as { type?: unknown }).type !== 'object')) {
    found.push({ path: '/type', reason: t('functions.mustBeObject') });
  }
  return found;
}

/** valueFaults is what keeps a value from fitting a schema. A schema that cannot be used has no faults here. */
export function valueFaults(schema: unknown, value: unknown): Fault[] {
  if (schema === null || typeof schema !== 'object') return [];
  try {
    return faults(schema, value);
  } catch (error) {
    return [{ path: '', reason: String(error) }];
  }
}
