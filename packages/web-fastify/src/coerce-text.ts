import type { JsonSchema } from '@millrace/contracts'
import { isSchema } from './schema-fields.js'

const numeric = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

const separators = { path: ',', header: /[ \t]*,[ \t]*/ } as const

/**
 * Text from a path, a query or a header as the value that its schema asks for. What does not fit stays text, and the schema
 * then says what is wrong with it.
 *
 * @param place several values of a path or a header are one text with commas; in a query each has a text of its own
 * @see https://spec.openapis.org/oas/v3.1.1.html#style-values
 */
export function coerceText(
  text: string | readonly string[],
  schema: unknown,
  place: 'path' | 'query' | 'header' = 'query',
): unknown {
  const types = typesOf(schema)
  if (types.has('array')) {
    const items = itemsOf(schema)
    if (text === 'null' && types.has('null') && !typesOf(items).has('string')) return null
    return textsOf(text, place).map((item) => coerceText(item, items))
  }
  if (typeof text !== 'string') return text
  if (types.has('string')) return text
  if ((types.has('number') || types.has('integer')) && numeric.test(text)) return numberOf(text, types) ?? text
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (types.has('null') && text === 'null') return null
  return text
}

function textsOf(text: string | readonly string[], place: 'path' | 'query' | 'header'): readonly string[] {
  if (typeof text !== 'string') return text
  return place === 'query' ? [text] : text.split(separators[place])
}

/** A whole number that would be rounded to another one is none: it may be the name of something. */
function numberOf(text: string, types: ReadonlySet<unknown>): number | undefined {
  const number = Number(text)
  if (types.has('number') || !/^-?\d+$/.test(text)) return number
  return Number.isFinite(number) && BigInt(text) === BigInt(number) ? number : undefined
}

function itemsOf(schema: unknown): unknown {
  if (!isSchema(schema)) return undefined
  return (
    schema.items ??
    alternativesOf(schema)
      .map(itemsOf)
      .find((items) => items !== undefined)
  )
}

function typesOf(schema: unknown): ReadonlySet<unknown> {
  if (!isSchema(schema)) return new Set()
  const { type, enum: values, const: constant } = schema
  const literals = [...(Array.isArray(values) ? values : []), ...('const' in schema ? [constant] : [])]
  return new Set([
    ...(Array.isArray(type) ? type : [type]),
    ...alternativesOf(schema).flatMap((part) => [...typesOf(part)]),
    ...literals.map((literal) => (literal === null ? 'null' : typeof literal)),
  ])
}

function alternativesOf({ anyOf, oneOf, allOf }: JsonSchema): readonly unknown[] {
  return [anyOf, oneOf, allOf].filter(Array.isArray).flat()
}
