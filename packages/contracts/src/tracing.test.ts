import { describe, expect, it } from '@jest/globals'
import { readTraceparent, writeTraceparent } from './tracing.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

describe('readTraceparent', () => {
  it.each([
    ['01', true],
    ['00', false],
    ['03', true],
    ['02', false],
  ])('knows by flags %s whether the trace is recorded', (flags, sampled) => {
    expect(readTraceparent(`00-${traceId}-${spanId}-${flags}`)).toEqual({ traceId, spanId, sampled })
  })

  it('reads what a later version has in front', () => {
    expect(readTraceparent(`cc-${traceId}-${spanId}-01-more`)).toEqual({ traceId, spanId, sampled: true })
  })

  it.each([
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}`,
  ])('ignores what is malformed: %s', (text) => {
    expect(readTraceparent(text)).toBeUndefined()
  })
})

it('reads what it writes', () => {
  for (const sampled of [true, false])
    expect(readTraceparent(writeTraceparent({ traceId, spanId }, sampled))).toEqual({ traceId, spanId, sampled })
})
