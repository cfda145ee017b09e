import type { Static, TSchema } from 'typebox'
import { checkOptions, type OptionNames } from './check-definitions.js'
import { checkName, type Definition, definition } from './definition.js'
import { checkJsonSchema } from './json-schema.js'

/** A payload under its type: what handlers return and what travels. Made with `Type.of(payload)`. */
export interface Message<Name extends string = string, Payload = unknown> {
  readonly type: MessageType<Name, Payload>
  readonly payload: Payload
  /** The one node that shall get it, instead of every consumer of the type. */
  readonly to: string | undefined
}

/** Where a single message shall go. */
export interface MessageOptions {
  /** Name of the one node that shall get it. @default every consumer of the type */
  readonly to?: string
}

/** A named, schema-described payload. */
export interface MessageType<Name extends string = string, Payload = unknown> extends Definition<'message'> {
  readonly name: Name
  /** JSON Schema of the payload; undefined for byte types. */
  readonly schema: TSchema | undefined
  /** How the payload travels: as JSON, or as the bytes themselves. */
  readonly encoding: 'json' | 'bytes'
  /** True where a message of this type may end at the waiter of its root. */
  readonly reply: boolean
  /** What a web server calls the bytes of this type; undefined for JSON. */
  readonly mediaType: string | undefined
  /** Makes a message. Nothing is checked here: payloads are validated where they enter, and everywhere in development. */
  of(payload: Payload, options?: MessageOptions): Message<Name, Payload>
}

/** What a message type may say about itself. */
export interface MessageTypeOptions {
  /** True where a message of this type may end at the waiter of its root. @default false */
  readonly reply?: boolean
}

/** What a byte type may say about itself. */
export interface BytesOptions extends MessageTypeOptions {
  /** What a web server calls it. @default application/octet-stream */
  readonly mediaType?: string
}

/** The payload that a message type carries; of several types, their union. */
export type PayloadOf<Type> =
  Type extends MessageType<string, infer Payload>
    ? Payload
    : Type extends readonly MessageType[]
      ? PayloadOf<Type[number]>
      : never

/** The message that a message type makes; of several types, their union. */
export type MessageOf<Type> =
  Type extends MessageType<infer Name, infer Payload>
    ? Message<Name, Payload>
    : Type extends readonly MessageType[]
      ? MessageOf<Type[number]>
      : never

const messageOptions: OptionNames<MessageTypeOptions> = { reply: true }
const bytesOptions: OptionNames<BytesOptions> = { reply: true, mediaType: true }

/**
 * Defines a message type whose payload travels as JSON.
 *
 * @param name unique in the graph, such as `shop.quote`
 * @param schema JSON Schema, best written with TypeBox so that the payload's type follows from it
 * @throws TypeError when the name is malformed or the schema describes what JSON cannot carry (Date, BigInt, undefined, any…)
 */
export function defineMessage<const Name extends string, Schema extends TSchema>(
  name: Name,
  schema: Schema,
  options: MessageTypeOptions = {},
): MessageType<Name, Static<Schema>> {
  checkName('A message type', name)
  checkOptions(`Message type '${name}'`, options, messageOptions)
  checkJsonSchema(`Message type '${name}'`, schema)
  return messageType(name, schema, options, undefined)
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1 */
const mediaTypeForm =
  /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~\w-]+=(?:[!#$%&'*+.^_`|~\w-]+|"[^"\\\r\n]*"))*$/

/**
 * Defines a message type whose payload is a `Uint8Array` and travels as it is.
 *
 * @param name unique in the graph
 * @throws TypeError when the name or the media type is malformed
 */
export function defineBytes<const Name extends string>(
  name: Name,
  options: BytesOptions = {},
): MessageType<Name, Uint8Array> {
  checkName('A message type', name)
  checkOptions(`Message type '${name}'`, options, bytesOptions)
  const { mediaType = 'application/octet-stream' } = options
  if (!mediaTypeForm.test(mediaType))
    throw new TypeError(
      `Message type '${name}' cannot have the media type ${JSON.stringify(mediaType)}: it is a type and a subtype, such as image/png or text/csv; charset=utf-8`,
    )
  return messageType(name, undefined, options, mediaType)
}

function messageType<Name extends string, Payload>(
  name: Name,
  schema: TSchema | undefined,
  options: MessageTypeOptions,
  mediaType: string | undefined,
): MessageType<Name, Payload> {
  const type: MessageType<Name, Payload> = definition('message', {
    name,
    schema,
    mediaType,
    encoding: schema === undefined ? 'bytes' : 'json',
    reply: options.reply ?? false,
    of: (payload: Payload, to?: MessageOptions): Message<Name, Payload> => ({ type, payload, to: to?.to }),
  })
  return type
}
