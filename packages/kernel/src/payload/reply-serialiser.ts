import { JsonText, type MessageType } from '@millrace/contracts'
import fastJson from 'fast-json-stringify'

/** Takes the undeclared fields out of replies of one type. */
export interface ReplySerialiser {
  /** The reply as its receiver in this process gets it. */
  clean(payload: unknown): unknown
  /** The reply as a link carries it: text already, so that it is not serialised twice. @param unread whether its receiver only passes it on */
  forWire(payload: unknown, unread: boolean): unknown
}

/**
 * Makes what takes the undeclared fields out of replies of a type: a reply is serialised by its schema in every profile, so what
 * the schema does not declare never leaves. Bytes leave as they are.
 */
export function replySerialiser(type: MessageType): ReplySerialiser {
  const { schema } = type
  if (schema === undefined) return asItIs
  const serialise = fastJson(JSON.parse(JSON.stringify(schema)) as fastJson.Schema) // a JSON Schema, without TypeBox's marks
  return {
    clean: (payload) => JSON.parse(serialise(payload)) as unknown,
    forWire: (payload, unread) => new JsonText(serialise(payload), unread),
  }
}

const asItIs: ReplySerialiser = { clean: (payload) => payload, forWire: (payload) => payload }
