import type { StateView } from '@millrace/contracts'

/**
 * A view of a plain map, as a handler sees the store.
 *
 * @param keys what the message at hand has declared; a handler that touches another key fails
 */
export function createStateView<Value>(space: Map<string, Value>, keys: readonly string[]): StateView<Value> {
  const declared = (key: string) => {
    if (!keys.includes(key)) throw new RangeError(`key ${key} is not declared`)
    return key
  }
  return {
    get: (key) => space.get(declared(key)),
    set: (key, value) => void space.set(declared(key), value),
    delete: (key) => void space.delete(declared(key)),
  }
}
