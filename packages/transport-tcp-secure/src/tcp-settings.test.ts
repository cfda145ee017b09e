import { describe, expect, it } from '@jest/globals'
import { openTransport } from '../test/open-transport.js'

describe('what a TCP transport is made with', () => {
  it.each([
    ['incarnation', { incarnation: 0 }],
    ['maxPayloadBytes', { maxPayloadBytes: -1 }],
    ['ttlMs', { ttlMs: 0.5 }],
    ['nonceCacheSize', { nonceCacheSize: Number.NaN }],
  ])('refuses a number that %s cannot be', (name, options) => {
    expect(() => openTransport(options)).toThrow(`${name} of a transport must be a positive integer`)
  })
})
