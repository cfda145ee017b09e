import type { TSchema } from 'typebox'
import { keywordsOf, toDraft2020 } from './dialect.js'

/** The schema of a payload as a JSON Schema of draft 2020-12: plain JSON, for documents that describe an interface. */
export function jsonSchema(schema: TSchema): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(toDraft2020(keywordsOf(schema)))) as Readonly<Record<string, unknown>> // a schema is an object
}
