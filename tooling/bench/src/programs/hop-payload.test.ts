import { describe, expect, it } from '@jest/globals'
import { hopPayload } from './hop-payload.js'

const length = { ms: 0, requests: 0 }
const task = { flight: 1, warmUp: length, measured: length }

describe('hopPayload', () => {
  it.each([
    ['records', 200],
    ['records', 1024],
    ['records', 65_536],
    ['records', 1_048_576],
    ['text', 1_048_576],
  ] as const)('makes an object of %s that is exactly %d bytes of JSON', (kind, bytes) => {
    expect(JSON.stringify(hopPayload({ ...task, kind, bytes }))).toHaveLength(bytes)
  })

  it('makes raw bytes', () => {
    expect(hopPayload({ ...task, kind: 'bytes', bytes: 65_536 })).toHaveProperty('byteLength', 65_536)
  })

  it('refuses what its fields alone are larger than', () => {
    expect(() => hopPayload({ ...task, kind: 'records', bytes: 20 })).toThrow(RangeError)
  })
})
