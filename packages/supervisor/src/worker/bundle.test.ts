import { describe, expect, it } from '@jest/globals'
import { checkBundle } from './bundle.js'

const key = { peer: 'b#1', key: new Uint8Array(32).fill(171) }
const bundle = {
  slot: 'a#1',
  group: 'a',
  incarnation: 1,
  run: 'ab'.repeat(16),
  keys: [key],
  metadata: null,
  beside: false,
}

describe('checkBundle', () => {
  it('returns a bundle as it is', () => {
    expect(checkBundle(bundle)).toBe(bundle)
  })

  it.each([
    ['nothing', undefined, 'it is no object'],
    ['text', 'bundle', 'it is no object'],
    ['no slot', { ...bundle, slot: undefined }, 'slot must be a name'],
    ['an empty group', { ...bundle, group: '' }, 'group must be a name'],
    ['incarnation 0', { ...bundle, incarnation: 0 }, 'incarnation must be a whole number from 1'],
    ['half an incarnation', { ...bundle, incarnation: 1.5 }, 'incarnation must be a whole number from 1'],
    ['a run that is no hex', { ...bundle, run: 'xy'.repeat(16) }, 'run must be 32 hex digits'],
    ['no list of keys', { ...bundle, keys: key }, 'keys must be a list of a peer and 32 bytes each'],
    ['a key that is text', { ...bundle, keys: [{ ...key, key: 'ab'.repeat(32) }] }, 'keys must be a list'],
    ['a short key', { ...bundle, keys: [{ ...key, key: new Uint8Array(31) }] }, 'keys must be a list'],
    ['a key of nobody', { ...bundle, keys: [{ key: key.key }] }, 'keys must be a list'],
    ['no metadata', { ...bundle, metadata: undefined }, 'metadata must be given'],
  ])('CHILD-BOOT-03 refuses %s with BOOT_BUNDLE_INVALID, and shows nothing of it', (_what, given, reason) => {
    const check = () => checkBundle(given)
    expect(check).toThrow(`BOOT_BUNDLE_INVALID: a worker cannot be made of the bundle it received, because ${reason}`)
    expect(check).not.toThrow(/abab|171|xyxy/)
  })
})
