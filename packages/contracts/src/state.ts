import type { Static, TSchema } from 'typebox'
import { checkName, type Definition, definition } from './definition.js'
import { checkJsonSchema } from './json-schema.js'

/** What a node may remember between messages, described by a schema so that any store can hold it. */
export interface StateType<Value = unknown> extends Definition<'state'> {
  readonly schema: TSchema
  /** Only for the type checker: no such property exists. */
  readonly valueType?: Value
}

/** The value of a state type. */
export type StateOf<T> = T extends StateType<infer Value> ? Value : never

/** How a node uses a state type: which entries a message touches, and what their loss would mean. */
export interface StateUse<Payload = never, Value = unknown> {
  readonly type: StateType<Value>
  /** The keys a message may read and write; the runner loads them before the handler runs. */
  readonly keys: (payload: Payload) => readonly string[]
  /** True for a cache: its loss changes nothing but speed. @default false */
  readonly volatile?: boolean
  /** `global` where a partition must not split it. @default 'partition' */
  readonly scope?: 'partition' | 'global'
}

/** The states of a node by the names that its handler uses. */
export type StateUses = Readonly<Record<string, StateUse>>

/** The same, with the payload that keys are made of and the value of each state. */
export type StateUsesOf<Payload, Values> = { readonly [Name in keyof Values]: StateUse<Payload, Values[Name]> }

/** The entries of one state that the message at hand declared, read and written synchronously. */
export interface StateView<Value> {
  /** The entry, with this handler's own writes; undefined when there is none. @throws RangeError for a key not declared */
  get(key: string): Value | undefined
  /** Writes an entry; it is committed together with the handler's outputs. @throws RangeError for a key not declared */
  set(key: string, value: Value): void
  /** Removes an entry. @throws RangeError for a key not declared */
  delete(key: string): void
}

/**
 * Defines what a node may remember.
 *
 * @param name unique in the graph, such as `fund.window`
 * @throws TypeError when the name is malformed or JSON cannot carry the schema's values
 */
export function defineState<Schema extends TSchema>(name: string, schema: Schema): StateType<Static<Schema>> {
  checkName('A state type', name)
  checkJsonSchema(`State type '${name}'`, schema)
  return definition('state', { name, schema })
}
