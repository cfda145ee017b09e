import type { JsonSchema } from '@millrace/contracts'

const numeric = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * Text from a path, a query or a header as the value that its schema asks for. What does not fit stays text, and the schema
 * then says what is wrong with it.
 */
export function coerceText(text: string | readonly string[], schema: unknown): unknown {
  const types = typesOf(schema)
  if (types.has('array')) {
    const items = isSchema(schema) ? schema.items : undefined
    return (Array.isArray(text) ? text : [text]).map((item: string) => coerceText(item, items))
  }
  if (typeof text !== 'string') return text
  if (types.has('string')) return text
  if ((types.has('number') || types.has('integer')) && numeric.test(text)) return Number(text)
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (types.has('null') && text === 'null') return null
  return text
}

function typesOf(schema: unknown): ReadonlySet<unknown> {
  if (!isSchema(schema)) return new Set()
  const { type, anyOf, oneOf, enum: values, const: constant } = schema
  const alternatives = [anyOf, oneOf].filter(Array.isArray).flat()
  const literals = [...(Array.isArray(values) ? values : []), ...('const' in schema ? [constant] : [])]
  return new Set([
    ...(Array.isArray(type) ? type : [type]),
    ...alternatives.flatMap((part) => [...typesOf(part)]),
    ...literals.map((literal) => (literal === null ? 'null' : typeof literal)),
  ])
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
