import { compileSchema, type SchemaCheck, type SchemaMistake } from '@millrace/config-validator'
import { type MessageType, MillraceError, type StateType } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import { sizeLimit, weighing } from './size-limit.js'

/** How closely payloads are looked at on their way. */
export interface PayloadCheckOptions {
  /** Where payloads are validated: only where they enter, or at every emission too. */
  readonly validate: 'entry' | 'every'
  /** Whether payloads are frozen when they are emitted, so that a handler that changes its input fails. */
  readonly freeze: boolean
  /** Whether payloads are copied through JSON when they are emitted, as a hop between processes would. */
  readonly serialise: boolean
  /** Largest payload, in bytes. */
  readonly maxPayloadBytes: number
}

/** Looks at a payload and returns what is delivered. @throws MillraceError PAYLOAD_INVALID, PAYLOAD_TOO_LARGE */
export type PayloadCheck = (payload: unknown) => unknown

/** The checks of one message type. */
export interface PayloadChecks {
  /** Where a payload enters the graph: a request or a source. */
  readonly entry: PayloadCheck
  /** The same but for the size, which {@link weigh} judges, for an entry that has to know it anyway. */
  readonly unweighed: PayloadCheck
  /** About how many bytes a payload takes; never less than it does. @throws MillraceError PAYLOAD_TOO_LARGE */
  readonly weigh: (payload: unknown) => number
  /** Where a node emits one; undefined where nothing has to be looked at. */
  readonly emission: PayloadCheck | undefined
}

/** Makes the checks of a message type. Replies are always validated: their serialiser would bend what does not fit. */
export function payloadChecks(type: MessageType, options: PayloadCheckOptions): PayloadChecks {
  const validate = validator(type)
  const limit = sizeLimit(type, options.maxPayloadBytes)
  const copy = options.serialise ? copyOf(type) : undefined
  const freeze = options.freeze ? deepFreeze : undefined
  const always = [limit === undefined ? undefined : keep(limit), copy, freeze]
  return {
    entry: chain([validate, ...always]) ?? validate,
    unweighed: chain([validate, copy, freeze]) ?? validate,
    weigh: weighing(type, options.maxPayloadBytes),
    emission: chain([options.validate === 'every' || type.reply ? validate : undefined, ...always]),
  }
}

/**
 * Makes the check that state values pass before they are committed, so that no node can come to rely on what a store elsewhere
 * would not keep: in development they are validated and frozen, in parity copied through JSON too.
 *
 * @returns undefined where nothing has to be looked at
 */
export function stateCheck(type: StateType, options: PayloadCheckOptions): PayloadCheck | undefined {
  return chain([
    options.validate === 'every' ? stateValidator(type) : undefined,
    options.serialise ? throughJson : undefined,
    options.freeze ? deepFreeze : undefined,
  ])
}

function invalid(what: string, type: string, mistakes: readonly SchemaMistake[]): MillraceError {
  const reasons = mistakes.map(({ path, message }) => `${path === '' ? 'the whole' : path} ${message}`)
  return new MillraceError('PAYLOAD_INVALID', `${what} does not match its schema: ${reasons.join('; ')}`, {
    facts: { type, paths: mistakes.map(({ path }) => path), mistakes: reasons },
  })
}

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}

function chain(steps: readonly (PayloadCheck | undefined)[]): PayloadCheck | undefined {
  const [first, ...others] = steps.filter((step) => step !== undefined)
  return others.reduce((before, check) => before && ((payload) => check(before(payload))), first)
}

function keep(check: (payload: unknown) => void): PayloadCheck {
  return (payload) => {
    check(payload)
    return payload
  }
}

function validator(type: MessageType): PayloadCheck {
  if (type.schema === undefined) return requireBytes(type)
  return schemaValidator(type.schema, `a payload of type '${type.name}'`, type.name)
}

function stateValidator(type: StateType): PayloadCheck {
  return schemaValidator(type.schema, `a value of state '${type.name}'`, type.name)
}

/** Compiles the schema when the first value comes: most types of a large graph are never checked in production. */
function schemaValidator(schema: TSchema, what: string, name: string): PayloadCheck {
  let mistakesOf: SchemaCheck | undefined
  return (value) => {
    mistakesOf ??= compileSchema(schema)
    const mistakes = mistakesOf(value)
    if (mistakes.length === 0) return value
    throw invalid(what, name, mistakes)
  }
}

function requireBytes(type: MessageType): PayloadCheck {
  return (payload) => {
    if (payload instanceof Uint8Array) return payload
    throw new MillraceError('PAYLOAD_INVALID', `a payload of the byte type '${type.name}' must be a Uint8Array`, {
      facts: { type: type.name },
    })
  }
}

function copyOf(type: MessageType): PayloadCheck {
  if (type.encoding === 'bytes') return (payload) => Uint8Array.from(payload as Uint8Array) // byte types carry bytes
  return throughJson
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const item of Object.values(value)) deepFreeze(item)
  return value
}
