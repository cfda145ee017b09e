import { describe, expect, it } from '@jest/globals'
import { createLineBuffer } from './line-buffer.js'

const longLine = 'x'.repeat(64 * 1024)

/** An output whose writes end when the test says so. */
function createSlowOutput() {
  const pieces: string[] = []
  const ends: { resolve(): void; reject(error: Error): void }[] = []
  let begin: () => void = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const put = (piece: Buffer) =>
    new Promise<void>((resolve, reject) => {
      begin()
      pieces.push(piece.toString())
      ends.push({ resolve, reject })
    })
  return { pieces, begun, put, end: () => ends.shift()?.resolve(), fail: (error: Error) => ends.shift()?.reject(error) }
}

describe('createLineBuffer', () => {
  it('writes nothing at once that is not worth a write, and all of it soon', async () => {
    const output = createSlowOutput()
    const buffer = createLineBuffer(output)
    const held = [buffer.append('a'), buffer.append('b')]
    const before = [...output.pieces]
    await output.begun
    output.end()
    await buffer.flush()
    expect([held, before, output.pieces]).toEqual([[undefined, undefined], [], ['a\nb\n']])
  })

  it('writes one piece at a time and the rest when it has ended', async () => {
    const output = createSlowOutput()
    const buffer = createLineBuffer(output)
    const held = [longLine, 'a', longLine, 'b'].map((text) => buffer.append(text))
    const before = [...output.pieces]
    output.end()
    await Promise.resolve()
    expect([held.filter(Boolean), before, output.pieces.slice(1)]).toEqual([
      [],
      [`${longLine}\n`],
      [`a\n${longLine}\nb\n`],
    ])
  })

  it('holds the next line back only when much waits behind a write', async () => {
    const output = createSlowOutput()
    const buffer = createLineBuffer(output)
    const early = Array.from({ length: 4 }, () => buffer.append(longLine))
    const late = buffer.append(longLine)
    output.end()
    expect([early, await late]).toEqual([[undefined, undefined, undefined, undefined], undefined])
  })

  it('flushes all that waits', async () => {
    const output = createSlowOutput()
    const buffer = createLineBuffer(output)
    void buffer.append(longLine)
    void buffer.append('a')
    const flushed = buffer.flush()
    output.end()
    await new Promise(setImmediate)
    output.end()
    await flushed
    expect(output.pieces).toEqual([`${longLine}\n`, 'a\n'])
  })

  it('says how many bytes it has flushed, without those that come meanwhile', async () => {
    const output = createSlowOutput()
    const buffer = createLineBuffer(output)
    void buffer.append('ä')
    const flushed = buffer.flush()
    void buffer.append('b')
    output.end()
    expect([await flushed, output.pieces]).toEqual([3, ['ä\n']])
    const again = buffer.flush()
    output.end()
    expect([await again, output.pieces]).toEqual([5, ['ä\n', 'b\n']])
  })

  it('flushes nothing when there is nothing', async () => {
    const output = createSlowOutput()
    await createLineBuffer(output).flush()
    expect(output.pieces).toEqual([])
  })

  it('a failed write fails the line that waits for it, every later one, and the flush', async () => {
    const output = createSlowOutput()
    const buffer = createLineBuffer(output)
    const disk = new Error('disk')
    const waiting = Array.from({ length: 5 }, () => buffer.append(longLine)).at(-1)
    output.fail(disk)
    await expect(waiting).rejects.toBe(disk)
    expect(() => buffer.append('a')).toThrow(disk)
    await expect(buffer.flush()).rejects.toBe(disk)
    expect(output.pieces).toHaveLength(1)
  })

  it('a failed last write fails the flush', async () => {
    const output = createSlowOutput()
    const buffer = createLineBuffer(output)
    void buffer.append('a')
    const flushed = buffer.flush()
    output.fail(new Error('disk'))
    await expect(flushed).rejects.toThrow('disk')
  })
})
