import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'

/** Keys of a section in the order in which the reference lists them. */
export type Keys = Readonly<Record<string, TSchema>>

/** What a schema says about itself beside its rule. */
export interface Annotations {
  readonly [keyword: string]: unknown
}

/** A mapping that refuses unknown keys. A key with a default may be left out; a key made with {@link optional} has none. */
export function section(title: string, description: string, keys: Keys, more: Annotations = {}): TSchema {
  const properties = Object.fromEntries(
    Object.entries(keys).map(([name, schema]) => [name, 'default' in schema ? Type.Optional(schema) : schema]),
  )
  return Type.Object(properties, { title, description, additionalProperties: false, ...more })
}

/** A section that is there with its defaults when the file does not mention it. */
export function settings(title: string, description: string, keys: Keys): TSchema {
  return section(title, description, keys, { default: {} })
}

/**
 * A key that may be left out and has no default in the schema.
 *
 * @param computed in words, the default that is worked out from other keys; the normalised configuration always holds it
 */
export function optional(schema: TSchema, computed?: string): TSchema {
  return Type.Optional(computed === undefined ? schema : { ...schema, 'x-default': computed })
}

/** One of a few words. */
export function oneOf(words: readonly string[], description: string, more: Annotations = {}): TSchema {
  return Type.Enum([...words], { type: 'string', description, ...more })
}

/** A list of words of a closed set, each at most once. */
export function someOf(words: readonly string[], description: string): TSchema {
  return Type.Array(oneOf(words, 'One of the list.'), { description, uniqueItems: true, default: [] })
}

/** A list of texts, empty unless the file says otherwise. */
export function texts(description: string): TSchema {
  return Type.Array(Type.String({ minLength: 1 }), { description, default: [] })
}

/** A whole number above zero. */
export function count(description: string, more: Annotations = {}): TSchema {
  return Type.Integer({ minimum: 1, description, ...more })
}

/** A whole number, zero included. */
export function tally(description: string, more: Annotations = {}): TSchema {
  return Type.Integer({ minimum: 0, description, ...more })
}

/** A duration in milliseconds, zero included. A day is the limit, so that a timer never overflows. */
export function milliseconds(description: string, fallback: number): TSchema {
  return tally(description, { maximum: 86_400_000, default: fallback })
}

/** A duration in seconds, fractions allowed. A day is the limit, so that a timer never overflows. */
export function seconds(description: string, fallback: number): TSchema {
  return Type.Number({ exclusiveMinimum: 0, maximum: 86_400, description, default: fallback })
}

/** A yes or a no. */
export function flag(description: string, fallback: boolean): TSchema {
  return Type.Boolean({ description, default: fallback })
}

/** A text that is not empty. */
export function text(description: string, more: Annotations = {}): TSchema {
  return Type.String({ minLength: 1, description, ...more })
}

/** The name of an environment variable. */
export function environmentName(description: string): TSchema {
  return Type.String({
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    patternErrorMessage: 'must be the name of an environment variable, such as MILLRACE_SECRET',
    description,
  })
}
