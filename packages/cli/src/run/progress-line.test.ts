import { describe, expect, it } from '@jest/globals'
import { createProgressLine, type ProgressStyle } from './progress-line.js'

const clear = '\r\u001b[2K'

function progressLine(style: ProgressStyle, columns = 80) {
  const written: string[] = []
  let now = 0
  const output = { columns, write: (text: string) => written.push(text) }
  const line = createProgressLine(output, style, () => now)
  const at = (ms: number) => {
    now = ms
    return line
  }
  return { at, line, written }
}

describe('createProgressLine', () => {
  it('draws a bar with share, amounts and rate', () => {
    const { at, written } = progressLine('bar')
    at(500).show('orders', { done: 500, total: 2000, unit: 'lines' })
    expect(written).toEqual([`${clear}orders [######..................]  25 %, 500 of 2,000 lines, 1,000 lines/s`])
  })

  it('counts bytes in megabytes, and draws no bar where the end is not known', () => {
    const { at, written } = progressLine('bar')
    at(2000).show('read', { done: 3_000_000, unit: 'bytes' })
    expect(written).toEqual([`${clear}read 3.0 MB, 1.5 MB/s`])
  })

  it('draws at most ten times a second, and every source', () => {
    const { at, written } = progressLine('bar')
    at(0).show('a', { done: 1, unit: 'x' })
    at(99).show('b', { done: 1, unit: 'x' })
    at(100).show('a', { done: 2, unit: 'x' })
    expect(written).toEqual([`${clear}a 1 x`, `${clear}a 2 x, 20 x/s   b 1 x, 10 x/s`])
  })

  it('never fills the line, which could not be cleared then', () => {
    const { at, written } = progressLine('bar', 20)
    at(500).show('orders', { done: 500, total: 2000, unit: 'lines' })
    expect(written).toEqual([`${clear}orders [######.....`])
  })

  it('takes away what it has drawn, once', () => {
    const { at, line, written } = progressLine('bar')
    line.clear()
    at(0).show('a', { done: 1, unit: 'x' })
    line.clear()
    line.clear()
    expect(written).toEqual([`${clear}a 1 x`, clear])
  })

  it('writes a plain line every five seconds where there is no terminal', () => {
    const { at, line, written } = progressLine('lines')
    at(4999).show('a', { done: 1, total: 4, unit: 'x' })
    at(5000).show('a', { done: 2, total: 4, unit: 'x' })
    at(9000).show('a', { done: 3, total: 4, unit: 'x' })
    line.clear()
    expect(written).toEqual(['a  50 %, 2 of 4 x, 0 x/s\n'])
  })

  it('writes nothing where it is off', () => {
    const { at, written } = progressLine('off')
    at(60_000).show('a', { done: 1, unit: 'x' })
    expect(written).toEqual([])
  })
})
