import { JsonText, type MessageType, MillraceError } from '@millrace/contracts'
import fastJson from 'fast-json-stringify'

/** Takes the undeclared fields out of replies of one type. Both throw a MillraceError PAYLOAD_INVALID for what they cannot. */
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
  const write = fastJson(JSON.parse(JSON.stringify(schema)) as fastJson.Schema) // a JSON Schema, without TypeBox's marks
  const serialise = (payload: unknown): string => {
    try {
      return write(payload)
    } catch {
      throw notSerialisable(type) // what is thrown quotes the payload
    }
  }
  return {
    clean: (payload) => JSON.parse(serialise(payload)) as unknown,
    forWire: (payload, unread) => new JsonText(serialise(payload), unread),
  }
}

const asItIs: ReplySerialiser = { clean: (payload) => payload, forWire: (payload) => payload }

/** The payload itself fits, but it writes something else of itself. */
function notSerialisable({ name }: MessageType): MillraceError {
  return new MillraceError(
    'PAYLOAD_INVALID',
    `a reply of type '${name}' cannot be serialised by its schema; give a plain object, without toJSON()`,
    { facts: { type: name } },
  )
}
