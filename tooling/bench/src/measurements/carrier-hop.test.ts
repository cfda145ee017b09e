import { describe, expect, it } from '@jest/globals'
import { verdictOf } from '../harness/bench.js'
import { type CarrierRound, carrierSection } from './carrier-hop.js'

const side = (units: number, cpuMs: number) => ({ units, wallMs: 1000, cpuMs, p50Ms: 1, p99Ms: 2 })
const round: CarrierRound = {
  tcp: side(10_000, 100),
  zeromq: side(7000, 140),
  redis: side(4000, 200),
  streams: side(8000, 160),
  bullmq: side(400, 200),
}

describe('carrierSection', () => {
  it('compares each carrier with what it must reach', () => {
    const compared = carrierSection([round]).figures.flatMap(({ what, spread, budget }) =>
      budget === undefined ? [] : [[what, spread.median, budget.id, verdictOf(spread, budget)]],
    )
    expect(compared).toEqual([
      ['requests/s, Millrace, zeromq_local / Millrace, tcp_local', 0.7, 'ZeroMQ', 'goal'],
      ['requests/s, Millrace, redis / Redis Streams by hand', 0.5, 'P16', 'required'],
      ['requests/s, Millrace, redis / BullMQ, add and waitUntilFinished', 10, 'P16', 'goal'],
    ])
  })

  it('refuses a round without one of the sides', () => {
    const { bullmq: _, ...others } = round
    expect(() => carrierSection([others])).toThrow(new RangeError('bullmq has not been measured in this round'))
  })
})
