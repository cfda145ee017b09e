import fc from 'fast-check'
import { characterArbitrary } from './character-arbitrary.js'
import { nastyPayloads } from './nasty-payloads.js'

/** Random payloads that JSON carries, nasty ones among them, each already in the form that JSON gives back. */
export function payloadArbitrary(): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.jsonValue({ stringUnit: characterArbitrary() }).map(throughJson) },
    { weight: 1, arbitrary: fc.constantFrom(...nastyPayloads().map(({ payload }) => payload)) },
  )
}

/** Random payloads of byte types. */
export function bytesArbitrary(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: 300 })
}

/** Makes `-0` a plain zero, as JSON does. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
