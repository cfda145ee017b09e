import type { TSchema } from 'typebox'

/**
 * The top-level fields that a payload of a schema may have: its own, those of every part of an intersection, and those that
 * all branches of a union share. Bytes have none.
 */
export function messageFields(schema: TSchema | undefined): readonly string[] {
  return schema === undefined ? [] : [...fieldsOf(schema)]
}

function fieldsOf(schema: unknown): ReadonlySet<string> {
  if (!isRecord(schema)) return new Set()
  const own = isRecord(schema.properties) ? Object.keys(schema.properties) : []
  return new Set([
    ...own,
    ...schemas(schema.allOf).flatMap((part) => [...fieldsOf(part)]),
    ...shared(schemas(schema.anyOf)),
    ...shared(schemas(schema.oneOf)),
  ])
}

function shared(branches: readonly unknown[]): readonly string[] {
  const [first = new Set<string>(), ...others] = branches.map(fieldsOf)
  return [...first].filter((field) => others.every((fields) => fields.has(field)))
}

function schemas(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
