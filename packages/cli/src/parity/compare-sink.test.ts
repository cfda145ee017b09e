import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compareSink } from './compare-sink.js'
import { createRecording } from './recording.js'
import { createTallying, type Received } from './sink-log.js'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

function received(texts: readonly string[]): readonly Received[] {
  return texts.map((text) => ({ trace, json: JSON.stringify(text) }))
}

function compare(expected: readonly string[], actual: readonly string[]) {
  const recording = createRecording()
  for (const one of received(expected)) recording.add(one)
  const comparison = compareSink('lines', recording.replay())
  for (const one of received(actual)) comparison.add(one)
  const end = comparison.end()
  recording.close()
  return end
}

/** A character of Unicode; the unit `binary` of fast-check makes a table of them first, which takes a second. */
const character = fc
  .nat({ max: 0x10_ffff })
  .filter((code) => code >> 11 !== 0xd800 >> 11)
  .map((code) => String.fromCodePoint(code))

describe('compareSink', () => {
  it('finds the same identical, whatever it holds and however long it is', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: character }),
      fc.constantFrom('x'.repeat(300_000), 'é€'.repeat(150_000)),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const tallying = createTallying('lines')
        for (const one of received(texts)) tallying.add(one)
        expect(compare(texts, texts)).toEqual({ tally: tallying.tally(), difference: undefined })
      }),
      { numRuns: Number(process.env.ROUNDS ?? 50) },
    )
  })

  it.each([
    [['a', 'b', 'c'], ['a', 'x', 'y'], { message: 2, expected: '"b"', actual: '"x"' }],
    [['a', 'b'], ['a'], { message: 2, expected: '"b"', actual: undefined }],
    [['a'], ['a', 'b'], { message: 2, expected: undefined, actual: '"b"' }],
    [[], ['a'], { message: 1, expected: undefined, actual: '"a"' }],
  ])('finds the first difference between %j and %j', (expected, actual, first) => {
    const { difference, tally } = compare(expected, actual)
    expect(difference).toEqual({
      sink: 'lines',
      message: first.message,
      expected: first.expected === undefined ? undefined : { trace, json: first.expected },
      actual: first.actual === undefined ? undefined : { trace, json: first.actual },
    })
    expect(tally.messages).toBe(actual.length)
  })

  it('replays a recording from its first message as often as it is asked to', () => {
    const recording = createRecording()
    for (const one of received(['a', 'b'])) recording.add(one)
    const [first, second] = [recording.replay(), recording.replay()]
    expect([first(), second(), first(), second(), first(), second()].map((one) => one?.json)).toEqual([
      '"a"',
      '"a"',
      '"b"',
      '"b"',
      undefined,
      undefined,
    ])
    recording.close()
  })
})
