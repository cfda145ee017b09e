import type { TSchema } from 'typebox'

const jsonTypes = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'])

/** What a schema says of a value: what it is, something more about it, or only when a rule applies. */
type Role = 'value' | 'part' | 'condition'

/** The role of each keyword's schemas. `$defs` are values because a reference is one. */
const roles: Readonly<Record<string, Role>> = {
  properties: 'value',
  patternProperties: 'value',
  $defs: 'value',
  definitions: 'value',
  dependentSchemas: 'part',
  anyOf: 'value',
  oneOf: 'value',
  allOf: 'part',
  prefixItems: 'value',
  items: 'value',
  additionalItems: 'value',
  unevaluatedItems: 'value',
  additionalProperties: 'value',
  unevaluatedProperties: 'value',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: 'part',
  else: 'part',
  if: 'condition',
  not: 'condition',
  contains: 'condition',
  propertyNames: 'condition',
}
const mapKeywords = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
/** Where `true` only spells out what holds without the keyword. */
const openByDefault = /^(additional|unevaluated)/

/**
 * Refuses a schema whose values JSON cannot carry: a payload must be the same in memory and after a hop.
 *
 * @param what who declares the schema, for the error
 * @throws TypeError naming the place in the schema, for example `/properties/at` for a bigint
 */
export function checkJsonSchema(what: string, schema: TSchema): void {
  visit(what, schema, '', 'value')
}

function visit(what: string, schema: unknown, path: string, role: Role): void {
  if (schema === false || (schema === true && role !== 'value')) return
  if (schema === true) throw refusal(what, path, anyValue)
  if (!isPlainObject(schema)) throw refusal(what, path, 'is not a schema')
  if ('~refine' in schema)
    throw refusal(what, path, 'is refined by a function, which no other process could call; say it with JSON Schema')
  checkType(what, schema, path)
  checkValues(what, schema, path)
  if (role === 'value' && !declaresType(schema)) throw refusal(what, path, anyValue)
  for (const [keyword, value] of Object.entries(schema)) {
    const given = roles[keyword]
    if (given !== undefined && value !== undefined)
      visitBelow(what, keyword, value, `${path}/${keyword}`, role === 'condition' ? role : given)
  }
}

function visitBelow(what: string, keyword: string, value: unknown, path: string, role: Role): void {
  if (value === true && openByDefault.test(keyword)) return
  if (Array.isArray(value) || mapKeywords.has(keyword))
    for (const [key, schema] of Object.entries(value ?? {})) visit(what, schema, `${path}/${key}`, role)
  else visit(what, value, path, role)
}

function checkType(what: string, schema: Record<string, unknown>, path: string): void {
  for (const type of typesOf(schema))
    if (!jsonTypes.has(String(type))) throw refusal(what, path, `is of type '${String(type)}', which JSON cannot carry`)
}

function typesOf({ type }: Record<string, unknown>): readonly unknown[] {
  if (type === undefined) return []
  return Array.isArray(type) ? type : [type]
}

function checkValues(what: string, schema: Record<string, unknown>, path: string): void {
  const values = [...('const' in schema ? [schema.const] : []), ...(Array.isArray(schema.enum) ? schema.enum : [])]
  for (const value of values) if (!isJson(value)) throw refusal(what, path, 'names a value that JSON cannot carry')
}

/** Whether a schema says what its values are; the branches of a union are looked at one by one. */
function declaresType(schema: unknown): boolean {
  if (!isPlainObject(schema)) return false
  if (['type', 'const', 'enum', '$ref', 'anyOf', 'oneOf'].some((keyword) => schema[keyword] !== undefined)) return true
  return isNever(schema) || (Array.isArray(schema.allOf) && schema.allOf.some(declaresType))
}

/** `{ not: {} }` has no values at all. */
function isNever({ not }: Record<string, unknown>): boolean {
  return not === true || (isPlainObject(not) && Object.keys(not).length === 0)
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return isPlainObject(value) && Object.values(value).every(isJson)
}

/** Of any realm, but no Date, Map or other class: JSON would make something else of those. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const anyValue = "allows any value, also those that JSON cannot carry; declare the value's type"

function refusal(what: string, path: string, why: string): TypeError {
  return new TypeError(
    `${what} has a schema that ${path === '' ? '' : `at ${path} `}${why}. Payloads are what JSON carries; for bytes use defineBytes`,
  )
}
