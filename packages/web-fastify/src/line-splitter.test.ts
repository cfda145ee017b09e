import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createLineSplitter } from './line-splitter.js'

const tooLong = () => new RangeError('too long')
const texts = (lines: readonly Buffer[]) => lines.map(String)

/** All lines of a text that comes in chunks. */
function split(text: string, chunkBytes: number, maxBytes: number, refuse?: () => Error): readonly string[] {
  const splitter = createLineSplitter(maxBytes, refuse)
  const bytes = Buffer.from(text)
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes)
    lines.push(...texts(splitter.push(bytes.subarray(at, at + chunkBytes))))
  return [...lines, ...texts(splitter.end())]
}

describe('createLineSplitter', () => {
  it('cuts what is too long after one byte more, wherever chunks begin', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 40 })
    fc.assert(
      fc.property(
        fc.array(line),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 30 }),
        (all, chunk, max) => {
          const text = all.map((one) => `${one}\n`).join('')
          expect(split(text, chunk, max)).toEqual(all.map((one) => one.slice(0, max + 1)))
        },
      ),
    )
  })

  it('keeps nothing of the rest of a line that is too long', () => {
    const splitter = createLineSplitter(10, undefined)
    const pushed = Array.from({ length: 1000 }, () => splitter.push(Buffer.alloc(65_536, 'x')))
    expect(pushed.flat()).toEqual([])
    expect(texts(splitter.push(Buffer.from('x\ny')))).toEqual(['x'.repeat(11)])
    expect(texts(splitter.end())).toEqual(['y'])
  })

  it.each([1, 2, 3, 100])('throws for a line that is too long, in chunks of %i bytes', (chunk) => {
    expect(split('aaa\nbbb', chunk, 3, tooLong)).toEqual(['aaa', 'bbb'])
    expect(() => split('aaa\nbbbb', chunk, 3, tooLong)).toThrow('too long')
  })

  it('takes a byte-order mark from the first line alone', () => {
    expect(split('\ufeffa\n\ufeffb', 2, 10)).toEqual(['a', '\ufeffb'])
  })
})
