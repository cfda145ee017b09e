import type { MessageType } from '@millrace/contracts'
import fastJson from 'fast-json-stringify'

/**
 * Makes what takes the undeclared fields out of replies of a type: a reply is serialised by its schema in every profile, so what
 * the schema does not declare never leaves. Bytes leave as they are.
 */
export function replySerialiser(type: MessageType): (payload: unknown) => unknown {
  const { schema } = type
  if (schema === undefined) return (payload) => payload
  const serialise = fastJson(JSON.parse(JSON.stringify(schema)) as fastJson.Schema) // a JSON Schema, without TypeBox's marks
  return (payload) => JSON.parse(serialise(payload)) as unknown
}
