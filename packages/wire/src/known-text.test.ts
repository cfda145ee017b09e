import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { KnownText } from './known-text.js'

describe('KnownText', () => {
  it('reads what a reader of texts reads, however often they change', () => {
    const text = fc.oneof(fc.constantFrom('', 'a', 'ab', 'a'.repeat(100)), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const from = readerOf(texts)
        const known = new KnownText()
        expect(texts.map(() => known.read(from))).toEqual(texts)
        expect(from.done).toBe(true)
      }),
    )
  })

  it('does not read behind the end, even if the bytes there are those it knows', () => {
    const from = readerOf(['abc', 'abc'])
    const known = new KnownText()
    known.read(from)
    from.end--
    expect(() => known.read(from)).toThrow('SEC_FRAME_MALFORMED')
  })

  it('keeps nothing of the frame', () => {
    const from = readerOf(['abc', 'abc'])
    const known = new KnownText()
    known.read(from)
    from.bytes.fill(0)
    expect([known.read(from), known.read(from)]).toEqual(['', ''])
  })
})

function readerOf(texts: readonly string[]): ByteReader {
  const out = new ByteWriter(Buffer.alloc(100_000), 0)
  for (const text of texts) out.text(text)
  return new ByteReader(out.bytes, 0, out.at)
}
