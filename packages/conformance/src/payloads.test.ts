import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import type { LinkRecord } from '@millrace/contracts'
import fc from 'fast-check'
import { linkRecordArbitrary, nastyKeys, nastyPayloads, payloadArbitrary } from './index.js'

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('nastyPayloads', () => {
  it('are what JSON carries: they come back equal', () => {
    const changed = nastyPayloads().filter(({ payload }) => !isDeepStrictEqual(throughJson(payload), payload))
    expect(changed.map(({ name }) => name)).toEqual([])
  })

  it('are made anew at each call', () => {
    const [first, second] = [nastyPayloads(), nastyPayloads()].map((list) =>
      list.find(({ name }) => name === 'long list'),
    )
    expect(first?.payload).not.toBe(second?.payload)
  })
})

describe('nastyKeys', () => {
  it('are all different, and well-formed Unicode', () => {
    const keys = nastyKeys()
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.filter((key) => Buffer.from(key).toString() !== key)).toEqual([])
  })
})

describe('payloadArbitrary', () => {
  it('makes what JSON gives back', () => {
    fc.assert(fc.property(payloadArbitrary(), (payload) => isDeepStrictEqual(throughJson(payload), payload)))
  })
})

describe('linkRecordArbitrary', () => {
  it('makes records of every kind, and envelopes with and without bytes, domain, deadline and trace', () => {
    const records = fc.sample(linkRecordArbitrary(), 500)
    const traits = records.flatMap(traitsOf)
    expect([...new Set(traits)].sort()).toEqual([
      'JSON',
      'ack',
      'bytes',
      'cancel',
      'deadline',
      'domain',
      'fail',
      'mark',
      'no deadline',
      'no domain',
      'no trace',
      'trace',
    ])
  })
})

function traitsOf(record: LinkRecord): readonly string[] {
  if (record.kind !== 'envelope') return [record.kind]
  return [
    record.payload instanceof Uint8Array ? 'bytes' : 'JSON',
    record.domain === undefined ? 'no domain' : 'domain',
    record.remainingMs === undefined ? 'no deadline' : 'deadline',
    record.trace === undefined ? 'no trace' : 'trace',
  ]
}
