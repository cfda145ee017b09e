import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../test/failure-of.js'
import { helloKey, linkKey, masterKey, sessionKey, welcomeKey } from './key-schedule.js'

const secret = Uint8Array.from({ length: 32 }, (_, index) => index)
const random = new Uint8Array(32).fill(7)

describe('masterKey', () => {
  it('takes the secret as it is, or derives a key from it', () => {
    expect(masterKey(secret, 'none')).toEqual(secret)
    expect(masterKey(secret, 'hkdf_sha256')).toHaveLength(32)
    expect(masterKey(secret, 'hkdf_sha256')).not.toEqual(secret)
  })

  it('is a copy: who wipes the secret keeps the key', () => {
    const given = new Uint8Array(secret)
    const master = masterKey(given, 'none')
    given.fill(0)
    expect(master).toEqual(secret)
  })

  it.each(['none', 'hkdf_sha256'] as const)('refuses a secret of 31 bytes with SEC_SECRET_INVALID (%s)', (kdf) => {
    expect(failureOf(() => masterKey(secret.subarray(0, 31), kdf))).toMatchObject({ code: 'SEC_SECRET_INVALID' })
  })
})

describe('linkKey', () => {
  it('is the same whichever slot is named first', () => {
    expect(linkKey(secret, 'a#1', 'b#1')).toEqual(linkKey(secret, 'b#1', 'a#1'))
    expect(linkKey(secret, '\ue000#1', '💥#1')).toEqual(linkKey(secret, '💥#1', '\ue000#1'))
  })

  it('differs with every pair, also where the names run together alike', () => {
    const keys = [
      ['a#1', 'b#1'],
      ['a#1', 'b#11'],
      ['a#1b', '#1'],
      ['a#', '1b#1'],
      ['', 'a#1b#1'],
    ].map(([one = '', other = '']) => Buffer.from(linkKey(secret, one, other)).toString('hex'))
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('the keys of a link', () => {
  it('are all different: what they sign, its direction and its randoms are part of them', () => {
    const other = new Uint8Array(32).fill(8)
    const keys = [
      secret,
      helloKey(secret, 'a#1', 'b#1'),
      helloKey(secret, 'b#1', 'a#1'),
      welcomeKey(secret, random, 'a#1', 'b#1'),
      welcomeKey(secret, random, 'b#1', 'a#1'),
      welcomeKey(secret, other, 'a#1', 'b#1'),
      sessionKey(secret, random, 'a#1', 'b#1').key,
      sessionKey(secret, random, 'a#1', 'b#1').bodyKey,
      sessionKey(secret, random, 'b#1', 'a#1').key,
      sessionKey(secret, random, 'b#1', 'a#1').bodyKey,
      sessionKey(secret, other, 'a#1', 'b#1').key,
      sessionKey(secret, other, 'a#1', 'b#1').bodyKey,
    ].map((key) => Buffer.from(key).toString('hex'))
    expect(new Set(keys).size).toBe(keys.length)
  })
})
