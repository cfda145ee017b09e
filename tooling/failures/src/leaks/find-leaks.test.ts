import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { findLeaks, type Hidden } from './find-leaks.js'

const key = randomBytes(32)
const hidden: readonly Hidden[] = [
  { what: 'the key', value: key },
  { what: 'another', value: randomBytes(48) },
]

function found(text: string | Buffer): readonly string[] {
  const leaks = findLeaks([{ where: 'a file', bytes: Buffer.from(text) }], hidden)
  return leaks.map((leak) => leak.replace(/ \(.*\)$/u, ''))
}

describe('findLeaks', () => {
  it.each<[string, string | Buffer]>([
    ['bytes', Buffer.concat([Buffer.of(10, 32), key])],
    ['hex', `key=${key.toString('hex')}.`],
    ['HEX', key.toString('hex').toUpperCase()],
    ['base64', `{"key":"${key.toString('base64')}"}`],
    ['base64url', key.toString('base64url')],
    ['base64 with a letter before it', Buffer.concat([Buffer.from('a'), key]).toString('base64')],
    ['base64 with two letters before it', Buffer.concat([Buffer.from('ab'), key]).toString('base64url')],
    ['latin1 in a file of UTF-8', key.toString('latin1')],
    ['latin1 in JSON', JSON.stringify({ key: key.toString('latin1') })],
    ['UTF-8', key.toString('utf8')],
    ['percents', encodeURIComponent(key.toString('latin1'))],
    ['an array', JSON.stringify([...key])],
    ['a list', [...key].join(', ')],
    ['what a buffer looks like', inspect(key)],
    ['its first bytes', key.subarray(0, 24).toString('hex')],
  ])('OBS-IPC-04 finds a key in %s', (_, text) => {
    expect(found(text)).toEqual(['the key stands in a file'])
  })

  it('OBS-IPC-04 finds a key in UTF-8 whose part ends within a letter', () => {
    const value = Buffer.concat([randomBytes(23), Buffer.from('é'), randomBytes(7)])
    const shown = [{ where: 'a file', bytes: Buffer.from(value.toString('utf8')) }]
    expect(findLeaks(shown, [{ what: 'the key', value }])).toEqual([
      expect.stringContaining('the key stands in a file'),
    ])
  })

  it('finds nothing in other bytes', () => {
    expect([found(randomBytes(4096)), found(randomBytes(4096).toString('base64'))]).toEqual([[], []])
  })

  it('lets come out what may, where it may', () => {
    const one = { what: 'a text', value: key, allowed: (where: string) => where === 'here' }
    const shown = ['here', 'there'].map((where) => ({ where, bytes: key }))
    expect(findLeaks(shown, [one])).toEqual([expect.stringContaining('a text stands in there')])
  })

  it('refuses to look for a few letters', () => {
    expect(() => findLeaks([], [{ what: 'a word', value: Buffer.from('word') }])).toThrow(RangeError)
  })
})
