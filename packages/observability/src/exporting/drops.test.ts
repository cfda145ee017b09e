import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createEventEmitter, type MillraceEvent } from '@millrace/contracts'
import { createDrops } from './drops.js'

/** Counters whose events come at most every `everyMs`, and what has been told. */
function counting(everyMs: number) {
  const told: unknown[] = []
  const events = createEventEmitter()
  events.subscribe(({ facts }: MillraceEvent) => told.push(facts))
  return { ...createDrops(['otel_otlp', 'jsonl'], events, everyMs), told }
}

describe('createDrops', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  it('tells at once of the first, then seldom, with the sum', () => {
    const { add, told, counts } = counting(20)
    add('jsonl', 2)
    add('jsonl', 3)
    add('jsonl', 4)
    add('otel_otlp', 1)
    expect(told).toEqual([
      { exporter: 'jsonl', count: 2 },
      { exporter: 'otel_otlp', count: 1 },
    ])
    jest.advanceTimersByTime(100)
    expect(told.slice(2)).toEqual([{ exporter: 'jsonl', count: 7 }])
    expect(counts()).toEqual({ otel_otlp: 1, jsonl: 9 })
  })

  it('tells the rest at the end', () => {
    const { add, told, close } = counting(60_000)
    add('jsonl', 2)
    add('jsonl', 3)
    close()
    expect(told).toEqual([
      { exporter: 'jsonl', count: 2 },
      { exporter: 'jsonl', count: 3 },
    ])
  })

  it('counts lines that tell of drops, and does not tell of them', () => {
    const { add, told, counts, close } = counting(10)
    add('jsonl', 1, 1)
    jest.advanceTimersByTime(30)
    close()
    expect(told).toEqual([])
    expect(counts()).toEqual({ otel_otlp: 0, jsonl: 1 })
  })
})
