/** What a handler may return: a message, several, a promise of these, an iterable of messages, or nothing. */
import type { Pull } from './emission.js'

/** Whether it is known later. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Whether its messages are asked for one by one. */
export function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
}

/** What an iterable is asked for its messages by; undefined for anything else. One that cannot be begun throws when it is asked. */
export function pullOf(value: unknown): Pull | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    if (Symbol.asyncIterator in value)
      return { kind: 'async', iterator: (value as AsyncIterable<unknown>)[Symbol.asyncIterator]() } // it has one
    if (Symbol.iterator in value) return { kind: 'sync', iterator: (value as Iterable<unknown>)[Symbol.iterator]() } // it has one
    return undefined
  } catch (thrown) {
    return { kind: 'sync', iterator: throwing(thrown) }
  }
}

/** What is there at once, as a list. */
export function listOf(result: unknown): readonly unknown[] {
  if (result === undefined || result === null) return []
  return Array.isArray(result) ? result : [result]
}

function throwing(thrown: unknown): Iterator<unknown> {
  return {
    next() {
      throw thrown
    },
  }
}
