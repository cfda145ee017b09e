import type { LedgerWrite, StateWrite } from '@millrace/contracts'
import type { StoreKeys } from './store-keys.js'

/** A commit as the script wants it: texts, which nobody changes any more. */
export interface PreparedCommit {
  /** The keys that are set, then those that are removed. */
  readonly keys: readonly string[]
  /** How many keys and entries are set, the values, the entries each with its text, the entries that are removed. */
  readonly values: readonly string[]
  /** The length of all of these together, in characters. */
  readonly size: number
}

/** The commit that changes nothing. */
export const emptyCommit: PreparedCommit = { keys: [], values: ['0', '0'], size: 0 }

/**
 * Makes texts of writes; of two for the same key or entry the later counts.
 *
 * @throws TypeError when a value is none that JSON carries, or a key no well-formed text
 */
export function prepareCommit(
  keys: StoreKeys,
  writes: readonly StateWrite[],
  ledger: readonly LedgerWrite[],
): PreparedCommit {
  const state = new Map<string, string | undefined>()
  for (const { space, key, value } of writes)
    state.set(keys.state(wellFormed(space), wellFormed(key)), value === undefined ? undefined : jsonOf(space, value))
  const entries = new Map<string, string | undefined>()
  for (const { entry, text } of ledger)
    entries.set(wellFormed(entry), text === undefined ? undefined : wellFormed(text))

  const values = splitBySet(state)
  const texts = splitBySet(entries)
  const all = {
    keys: [...values.set.map(([key]) => key), ...values.removed],
    values: [
      String(values.set.length),
      String(texts.set.length),
      ...values.set.map(([, text]) => text),
      ...texts.set.flat(),
      ...texts.removed,
    ],
  }
  return { ...all, size: lengthOf(all.keys) + lengthOf(all.values) }
}

interface Split {
  readonly set: readonly (readonly [name: string, text: string])[]
  readonly removed: readonly string[]
}

function splitBySet(writes: ReadonlyMap<string, string | undefined>): Split {
  const set: (readonly [string, string])[] = []
  const removed: string[] = []
  for (const [name, text] of writes) {
    if (text === undefined) removed.push(name)
    else set.push([name, text])
  }
  return { set, removed }
}

function jsonOf(space: string, value: unknown): string {
  const text: string | undefined = JSON.stringify(value) // undefined where the value is a function or a symbol
  if (text === undefined) throw new TypeError(`a value of ${space} is none that JSON carries`)
  return text
}

/** Redis is sent UTF-8, in which two texts with half a character could become the same. */
function wellFormed(text: string): string {
  if (typeof text !== 'string') throw new TypeError('a key of state or a ledger, or a text of a ledger, is no text')
  if (/\p{Surrogate}/u.test(text))
    throw new TypeError('a key of state or a ledger, or a text of a ledger, holds half a character')
  return text
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0)
}
