import { describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { eventJson, eventLine, isFrom } from './event-line.js'

const failed: MillraceEvent = {
  name: 'root.failed',
  level: 'warn',
  at: Date.UTC(2026, 10, 2, 10, 0, 1, 5),
  facts: { node: 'price', roots: 3, reason: 'two words', empty: '', nodes: ['a', 'b'] },
}

describe('eventLine', () => {
  it('tells time, level, name and facts', () => {
    expect(eventLine(failed)).toBe(
      '2026-11-02T10:00:01.005Z warn  root.failed node=price roots=3 reason="two words" empty="" nodes=["a","b"]',
    )
  })

  it('tells what a handler logs in its own words, in one line', () => {
    const event: MillraceEvent = {
      ...failed,
      name: 'node.log',
      level: 'info',
      facts: { node: 'price', message: 'a\nb\u001b[31m', sku: 'x' },
    }
    expect(eventLine(event)).toBe('2026-11-02T10:00:01.005Z info  price: a\\nb\\u001b[31m sku=x')
  })
})

describe('eventJson', () => {
  it('tells the same to programs', () => {
    expect(JSON.parse(eventJson(failed))).toEqual({
      at: '2026-11-02T10:00:01.005Z',
      level: 'warn',
      name: 'root.failed',
      facts: failed.facts,
    })
  })
})

describe('isFrom', () => {
  it.each([
    ['debug', 'info', false],
    ['info', 'info', true],
    ['error', 'warn', true],
    ['warn', 'error', false],
  ] as const)('%s from %s on is %p', (level, least, told) => {
    expect(isFrom(level, least)).toBe(told)
  })
})
