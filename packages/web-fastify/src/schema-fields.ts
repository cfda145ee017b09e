import type { JsonSchema } from '@millrace/contracts'

/** What a schema says of the fields of an object. */
export interface SchemaFields {
  readonly properties: Readonly<Record<string, unknown>>
  /** Those without which no object fits. */
  readonly required: ReadonlySet<string>
}

const none: SchemaFields = { properties: {}, required: new Set() }

/** The fields that a schema names: itself, in all of the schemas that it is put together of, or in one of those it is a choice of. */
export function fieldsOf(schema: unknown, defs: unknown = isSchema(schema) ? schema.$defs : undefined): SchemaFields {
  if (!isSchema(schema)) return none
  const { properties, required, allOf, anyOf, oneOf, $ref } = schema
  const own = {
    properties: isSchema(properties) ? properties : {},
    required: new Set(Array.isArray(required) ? required.map(String) : []),
  }
  const named = typeof $ref === 'string' && isSchema(defs) ? [fieldsOf(defs[defName($ref)], {})] : []
  const parts = (alternatives: unknown) =>
    Array.isArray(alternatives) ? alternatives.map((part) => fieldsOf(part, defs)) : []
  return together([own, ...named, ...parts(allOf), oneOfThem(parts(anyOf)), oneOfThem(parts(oneOf))])
}

/** A schema that says something. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function defName(ref: string): string {
  return ref.replace('#/$defs/', '')
}

function together(parts: readonly SchemaFields[]): SchemaFields {
  return { properties: propertiesOf(parts, 'allOf'), required: new Set(parts.flatMap(({ required }) => [...required])) }
}

function oneOfThem(parts: readonly SchemaFields[]): SchemaFields {
  const [first = none, ...others] = parts
  const required = [...first.required].filter((field) => others.every((other) => other.required.has(field)))
  return { properties: propertiesOf(parts, 'anyOf'), required: new Set(required) }
}

function propertiesOf(parts: readonly SchemaFields[], word: 'allOf' | 'anyOf'): SchemaFields['properties'] {
  const found = new Map<string, unknown[]>()
  for (const { properties } of parts)
    for (const [field, schema] of Object.entries(properties)) found.set(field, [...(found.get(field) ?? []), schema])
  return Object.fromEntries([...found].map(([field, all]) => [field, all.length === 1 ? all[0] : { [word]: all }]))
}
