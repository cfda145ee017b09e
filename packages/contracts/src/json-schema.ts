import type { TSchema } from 'typebox'

const jsonTypes = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'])
const schemaKeywords = ['not', 'if', 'then', 'else', 'additionalProperties', 'propertyNames', 'contains'] as const
const listKeywords = ['anyOf', 'allOf', 'oneOf', 'prefixItems'] as const
const mapKeywords = ['properties', 'patternProperties', '$defs', 'dependentSchemas'] as const
const assertingKeywords = [
  'const',
  'enum',
  '$ref',
  ...schemaKeywords,
  ...listKeywords,
  ...mapKeywords,
  'items',
] as const

/**
 * Refuses a schema whose values JSON cannot carry: a payload must be the same in memory and after a hop.
 *
 * @param what who declares the schema, for the error
 * @throws TypeError naming the place in the schema, for example `/properties/at` for a bigint
 */
export function checkJsonSchema(what: string, schema: TSchema): void {
  visit(what, schema, '')
}

function visit(what: string, schema: unknown, path: string): void {
  if (typeof schema === 'boolean') return
  if (!isRecord(schema)) throw refusal(what, path, 'is not a schema')
  checkType(what, schema, path)
  checkValues(what, schema, path)
  for (const keyword of schemaKeywords) if (keyword in schema) visit(what, schema[keyword], `${path}/${keyword}`)
  for (const keyword of listKeywords) visitAll(what, schema[keyword], `${path}/${keyword}`)
  for (const keyword of mapKeywords) visitAll(what, schema[keyword], `${path}/${keyword}`)
  if (Array.isArray(schema.items)) visitAll(what, schema.items, `${path}/items`)
  else if ('items' in schema) visit(what, schema.items, `${path}/items`)
}

function visitAll(what: string, schemas: unknown, path: string): void {
  if (typeof schemas !== 'object' || schemas === null) return
  for (const [key, value] of Object.entries(schemas)) visit(what, value, `${path}/${key}`)
}

function checkType(what: string, schema: Record<string, unknown>, path: string): void {
  if (schema.type === undefined) {
    if (assertingKeywords.some((keyword) => keyword in schema)) return
    throw refusal(what, path, "allows any value, also those that JSON cannot carry; declare the value's type")
  }
  for (const type of Array.isArray(schema.type) ? schema.type : [schema.type])
    if (!jsonTypes.has(String(type))) throw refusal(what, path, `is of type '${String(type)}', which JSON cannot carry`)
}

function checkValues(what: string, schema: Record<string, unknown>, path: string): void {
  const values = [...('const' in schema ? [schema.const] : []), ...(Array.isArray(schema.enum) ? schema.enum : [])]
  for (const value of values) if (!isJson(value)) throw refusal(what, path, 'names a value that JSON cannot carry')
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return isRecord(value) && Object.values(value).every(isJson)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refusal(what: string, path: string, why: string): TypeError {
  return new TypeError(
    `${what} has a schema that ${path === '' ? '' : `at ${path} `}${why}. Payloads are what JSON carries; for bytes use defineBytes`,
  )
}
