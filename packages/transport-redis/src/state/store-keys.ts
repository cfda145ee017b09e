import { redisKeys } from '../connection/redis-keys.js'

/** The names of what a durable store keeps. */
export interface StoreKeys {
  /** A value of state, as JSON. */
  state(space: string, key: string): string
  /** The hash with a slot's ledger. */
  ledger(slot: string): string
  /** The hash that says who has a slot; it expires. */
  lease(slot: string): string
  /** It is there while everything of the application is being removed. */
  readonly forgetting: string
  /** What the keys of all states, ledgers and leases begin with. */
  readonly beginnings: { readonly state: string; readonly ledger: string; readonly lease: string }
}

/**
 * Names what a durable store keeps.
 *
 * @param keyPrefix as in the settings
 */
export function storeKeys(keyPrefix: string): StoreKeys {
  const keys = redisKeys(keyPrefix)
  const beginnings = { state: keys.of('state', ''), ledger: keys.of('ledger', ''), lease: keys.of('lease', '') }
  return {
    state: (space, key) => `${beginnings.state}${withoutColons(space)}:${key}`,
    ledger: (slot) => beginnings.ledger + slot,
    lease: (slot) => beginnings.lease + slot,
    forgetting: keys.of('forgetting'),
    beginnings,
  }
}

/** The first colon ends a space, so that space and key are told apart whatever they hold. */
function withoutColons(space: string): string {
  return space.replaceAll('%', '%25').replaceAll(':', '%3A')
}
