import { describe, expect, it } from '@jest/globals'
import { liveBufferBytes } from '@millrace/live-memory'
import fc from 'fast-check'
import { createLineSplitter } from './line-splitter.js'

const numRuns = Number(process.env.ROUNDS ?? 300)
const maxLineBytes = 10
const tooLong = { text: '', fault: 'LINE_TOO_LONG' }
const invalid = { text: '', fault: 'UTF8_INVALID' }

/** The lines of some bytes that come in chunks cut at the given places. */
function linesOf(bytes: Uint8Array, cuts: readonly number[] = []) {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  const splitter = createLineSplitter({ maxLineBytes })
  const whole = places.slice(1).flatMap((end, index) => splitter.push(bytes.slice(places[index], end)))
  return [...whole, ...splitter.end()]
}

const texts = (...lines: string[]) => lines.map((text) => ({ text }))

describe('createLineSplitter', () => {
  it.each([
    ['no bytes are no line', '', []],
    ['a line needs no end', 'a', texts('a')],
    ['nothing after the last end is no line', 'a\n', texts('a')],
    ['blank lines are lines', '\n\na\n\n', texts('', '', 'a', '')],
    ['CR LF is one end', 'a\r\nb\r\n', texts('a', 'b')],
    ['a CR at the end of the input belongs to the end', 'a\nb\r', texts('a', 'b')],
    ['only one CR belongs to the end', 'a\r\r\nb\r\r\n', texts('a\r', 'b\r')],
    ['a CR elsewhere is content', '\ra\rb\n\rc', texts('\ra\rb', '\rc')],
    ['the longest line', '0123456789\r\n0123456789\r\n', texts('0123456789', '0123456789')],
    [
      'one byte more, first, in the middle and last',
      '0123456789a\n0123456789a\nb\n0123456789a',
      [tooLong, tooLong, { text: 'b' }, tooLong],
    ],
    ['a CR that is content counts', '0123456789\r\r\n0123456789\r\r\n', [tooLong, tooLong]],
    ['length is in bytes', 'ééééé\nééééé\néééééé\n€€€€\n', [...texts('ééééé', 'ééééé'), tooLong, tooLong]],
    ['a much too long line is one message', `${'x'.repeat(100_000)}\na`, [tooLong, { text: 'a' }]],
    ['a byte-order mark at the start is dropped', '\ufeffa\n\ufeffb\n', texts('a', '\ufeffb')],
    ['and does not count', '\ufeff0123456789\r\n\ufeff01234567', [{ text: '0123456789' }, tooLong]],
    ['only one of two is dropped', '\ufeff\ufeffa', texts('\ufeffa')],
    ['characters of all lengths', 'é€😀\na\n😀€é\n', texts('é€😀', 'a', '😀€é')],
  ])('%s', (_, input, expected) => {
    expect(linesOf(Buffer.from(input))).toEqual(expected)
  })

  it.each([
    ['a byte that is never UTF-8', [0xff]],
    ['a cut-off character', [0xe2, 0x82]],
    ['a continuation without a start', [0x82]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a value above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ])('%s spoils its own line and no other', (_, bytes) => {
    const line = Buffer.from([0x61, ...bytes, 0x62, 0x0a])
    const input = Buffer.concat([line, Buffer.from('é\n'), line, Buffer.from('€\n'), line.subarray(0, -1)])
    expect(linesOf(input)).toEqual([invalid, { text: 'é' }, invalid, { text: '€' }, invalid])
  })

  it('an over-long line that is not UTF-8 is over-long', () => {
    const line = Buffer.concat([Buffer.alloc(11, 0xff), Buffer.from('\n')])
    expect(linesOf(Buffer.concat([line, line, Buffer.from('\na\n')]))).toEqual([tooLong, tooLong, ...texts('', 'a')])
  })

  it('half of a byte-order mark is no mark', () => {
    expect(linesOf(Buffer.from([0xef, 0xbb]))).toEqual([invalid])
  })

  it('gives the same lines wherever the chunks are cut', () => {
    const part = fc.constantFrom('\n', '\r', '\r\n', 'a', 'é', '€', '😀', '\ufeff', '0123456789', '\xff')
    const bytes = fc
      .array(part, { maxLength: 30 })
      .map((parts) => Buffer.concat(parts.map((text) => Buffer.from(text, text === '\xff' ? 'latin1' : 'utf8'))))
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 10 }), (input, cuts) => {
        expect(linesOf(input, cuts)).toEqual(linesOf(input, Array.from(input.keys())))
      }),
      { numRuns },
    )
  })

  it('does not keep the chunk it was given', () => {
    const splitter = createLineSplitter()
    const chunk = Buffer.from('ab')
    splitter.push(chunk)
    chunk.fill(0)
    expect(splitter.end()).toEqual([{ text: 'ab' }])
  })

  it('holds no more of an endless line than the longest line needs', () => {
    const splitter = createLineSplitter({ maxLineBytes })
    const before = liveBufferBytes()
    const chunk = Buffer.alloc(1_000_000)
    const lines = Array.from({ length: 100 }, () => splitter.push(chunk)).flat()
    expect([lines, liveBufferBytes() - before < 10_000_000, splitter.end()]).toEqual([[], true, [tooLong]])
  })
})
