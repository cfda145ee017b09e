import type { TSchema } from 'typebox'

/** A JSON Schema, or a part of one, as plain keywords. */
export type Schema = Readonly<Record<string, unknown>>

/** The keywords of a schema that TypeBox made, without what it hides in it. */
export function keywordsOf(schema: TSchema): Schema {
  return { ...schema }
}

const schemaKeywords = [
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
] as const
const listKeywords = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const
const mapKeywords = ['$defs', 'dependentSchemas', 'patternProperties', 'properties'] as const

/**
 * Rewrites a schema into strict draft 2020-12: tuples become `prefixItems`, and a record over all keys no longer skips keys
 * that hold a line break, which its pattern `^.*$` does not match. Keywords that begin with `x-` are taken for notes.
 *
 * @see https://json-schema.org/draft/2020-12/json-schema-core#section-10.3.1
 */
export function toDraft2020(schema: Schema): Schema {
  return mapSchemas(allKeys(tuple(withoutNotes(schema))), toDraft2020)
}

/** A copy of a schema whose direct subschemas are replaced. */
export function mapSchemas(schema: Schema, change: (part: Schema) => Schema): Schema {
  const copy: Record<string, unknown> = { ...schema }
  const changed = (part: unknown) => (isSchema(part) ? change(part) : part)
  for (const word of schemaKeywords) if (word in schema) copy[word] = changed(schema[word])
  for (const word of listKeywords) {
    const list = schema[word]
    if (Array.isArray(list)) copy[word] = list.map(changed)
  }
  for (const word of mapKeywords) {
    const map = schema[word]
    if (isSchema(map)) copy[word] = Object.fromEntries(Object.entries(map).map(([key, part]) => [key, changed(part)]))
  }
  return copy
}

/** Tells a schema that is an object from `true` and `false`. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutNotes(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keyword.startsWith('x-')))
}

function tuple(schema: Schema): Schema {
  const { items, additionalItems, ...rest } = schema
  if (Array.isArray(items))
    return { ...rest, prefixItems: items, ...(additionalItems === undefined ? {} : { items: additionalItems }) }
  // Without a list of items the old keyword means nothing.
  return items === undefined ? rest : { ...rest, items }
}

function allKeys(schema: Schema): Schema {
  const { patternProperties, ...rest } = schema
  if (!isSchema(patternProperties) || 'additionalProperties' in rest) return schema
  const { '^.*$': all, ...others } = patternProperties
  if (all === undefined || Object.keys(others).length > 0) return schema
  return { ...rest, additionalProperties: all }
}
