/** What GraphQL can see in a JSON Schema. */
import type { JsonSchema } from '@millrace/contracts'
import { isSchema } from './schema-fields.js'

/** An object whose fields are all named, in words that GraphQL allows. */
export function isPlainObject(schema: unknown): schema is JsonSchema {
  if (!isSchema(schema) || schema.type !== 'object' || !isSchema(schema.properties)) return false
  const names = Object.keys(schema.properties)
  return names.length > 0 && names.every((name) => /^(?!__)[_A-Za-z][_0-9A-Za-z]*$/.test(name))
}

function alternativesOf(schema: unknown): readonly unknown[] | undefined {
  const { anyOf, oneOf } = isSchema(schema) ? schema : {}
  return Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined
}

const isNull = (part: unknown): boolean => isSchema(part) && part.type === 'null'

export function mayBeNull(schema: unknown): boolean {
  if (!isSchema(schema)) return false
  const { type, enum: values, const: constant } = schema
  if ('const' in schema) return constant === null
  if (Array.isArray(values)) return values.includes(null)
  return (
    isNull(schema) ||
    (Array.isArray(type) && type.includes('null')) ||
    (alternativesOf(schema)?.some(mayBeNull) ?? false)
  )
}

/** The one shape beside null; undefined where there are several. */
export function withoutNull(schema: unknown): unknown {
  const alternatives = alternativesOf(schema)
  if (alternatives === undefined) return schema
  const others = alternatives.filter((part) => !isNull(part))
  if (others.length === 1) return others[0]
  const words = others.flatMap((part) => (isSchema(part) && typeof part.const === 'string' ? [part.const] : []))
  return words.length === others.length ? { enum: words } : undefined
}

/** The texts that a schema lists; undefined where it lists something else. */
export function wordsOf({ enum: values, const: constant }: JsonSchema): readonly string[] | undefined {
  const words = Array.isArray(values) ? values : [constant]
  return words.every((word) => typeof word === 'string') ? words : undefined
}
