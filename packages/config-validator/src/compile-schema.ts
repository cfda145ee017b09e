import type { TSchema } from 'typebox'
import { createAjv } from './create-ajv.js'
import { isSchema, keywordsOf, type Schema, toDraft2020 } from './dialect.js'
import type { Path } from './path.js'
import { type SchemaFault, schemaFaults } from './schema-faults.js'

/** How a payload breaks its schema. Neither part holds anything that the payload holds. */
export interface SchemaMistake {
  /** Such as `lines[2].sku`; a key that the schema does not name is `*`; empty where the whole is meant. */
  readonly path: string
  /** What follows the path in a sentence, such as `must be text`. */
  readonly message: string
}

/** Checks one value; an empty list means that it is sound. */
export type SchemaCheck = (value: unknown) => readonly SchemaMistake[]

const none: readonly SchemaMistake[] = Object.freeze([])

/**
 * Compiles the schema of a payload into a check. It neither converts nor fills in anything, and stops at the first
 * mistake, so that a large bad payload costs no more than a small one.
 *
 * @throws TypeError when the schema cannot be compiled: it has a keyword, format or reference that means nothing
 */
export function compileSchema(schema: TSchema): SchemaCheck {
  const rewritten = toDraft2020(keywordsOf(schema))
  const named = namedKeys(rewritten)
  const validate = compile(rewritten)
  return (value) => {
    if (validate(value)) return none
    return schemaFaults(validate.errors ?? [], value).map((fault) => payloadMistake(fault, named))
  }
}

function compile(schema: Schema): ReturnType<ReturnType<typeof createAjv>['compile']> {
  try {
    // An instance of its own: names inside two schemas, such as the `Node` of a recursive one, must not meet.
    return createAjv({ ownProperties: namesInherited(schema) }).compile(schema)
  } catch (error) {
    throw new TypeError(`A schema cannot be compiled: ${error instanceof Error ? error.message : 'unknown reason'}`, {
      cause: error,
    })
  }
}

/** Looking only at own properties costs time, and matters only for a schema that names what every object inherits. */
function namesInherited(schema: Schema): boolean {
  const named = namedKeys(schema)
  return Object.getOwnPropertyNames(Object.prototype).some((key) => named.has(key))
}

/** Every property that a schema names, at any depth. */
function namedKeys(schema: unknown): ReadonlySet<string> {
  const keys = new Set<string>()
  collectKeys(schema, keys)
  return keys
}

function collectKeys(part: unknown, keys: Set<string>): void {
  if (Array.isArray(part)) for (const entry of part) collectKeys(entry, keys)
  if (!isSchema(part)) return
  if (isSchema(part.properties)) for (const key of Object.keys(part.properties)) keys.add(key)
  for (const below of Object.values(part)) collectKeys(below, keys)
}

function payloadMistake(fault: SchemaFault, named: ReadonlySet<string>): SchemaMistake {
  switch (fault.kind) {
    case 'unknown':
      return { path: safePath(fault.path.slice(0, -1), named), message: 'has a key that its schema does not know' }
    case 'name':
      return { path: safePath(fault.path.slice(0, -1), named), message: 'has a key whose name its schema rules out' }
    case 'missing':
      return { path: safePath(fault.path, named), message: 'is required' }
    case 'wrong':
      return { path: safePath(fault.path, named), message: fault.expected }
  }
}

/** Keys that only the payload names may be as private as its values. */
function safePath(path: Path, named: ReadonlySet<string>): string {
  return path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`
      return named.has(key) ? `.${key}` : '.*'
    })
    .join('')
    .replace(/^\./, '')
}
