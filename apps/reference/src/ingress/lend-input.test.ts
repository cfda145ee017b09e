import { existsSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { openInput } from './input.js'
import { lendInput } from './lend-input.js'

const neverFails = () => {
  throw new Error('the input has failed')
}

/** All that a reader gets from a path before its signal aborts. */
async function readAll(path: string, signal = new AbortController().signal): Promise<string> {
  const input = await openInput(path)
  const chunks: Uint8Array[] = []
  for await (const chunk of input.chunks(signal)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('lendInput', () => {
  it('gives every byte to the reader of a socket, and leaves nothing behind', async () => {
    const lines = Array.from({ length: 50_000 }, (_, line) => `line ${line}\n`)
    const lent = await lendInput(Readable.from(lines.map((line) => Buffer.from(line))), neverFails)
    expect(await readAll(lent.path)).toBe(lines.join(''))
    await lent.close()
    expect([lent.failure, existsSync(lent.path)]).toEqual([undefined, false])
  })

  it('an input that fails has no end: the reader waits until it is told that the run is over', async () => {
    const input = new PassThrough()
    const over = new AbortController()
    const lent = await lendInput(input, () => over.abort())
    const reading = readAll(lent.path, over.signal)
    input.write('one\n', () => input.destroy(Object.assign(new Error('is a folder'), { code: 'EISDIR' })))
    expect(await reading).toMatch(/^(one\n)?$/)
    expect(lent.failure?.message).toBe(
      'SOURCE_FAILED: cannot read the input from standard input, because it is a folder (EISDIR). Name a file',
    )
    await lent.close()
  })

  it('ends while the reader does not read', async () => {
    const input = new PassThrough()
    const lent = await lendInput(input, neverFails)
    const over = new AbortController()
    const chunks = (await openInput(lent.path)).chunks(over.signal)[Symbol.asyncIterator]()
    input.write(Buffer.alloc(4_000_000))
    await chunks.next()
    await lent.close()
    expect([input.destroyed, lent.failure]).toEqual([true, undefined])
    over.abort()
    await chunks.return?.(undefined)
  })

  it('a reader that stops has not made the input fail', async () => {
    const input = new PassThrough()
    const lent = await lendInput(input, neverFails)
    const over = new AbortController()
    const chunks = (await openInput(lent.path)).chunks(over.signal)[Symbol.asyncIterator]()
    input.write(Buffer.alloc(4_000_000))
    await chunks.next()
    over.abort()
    await chunks.return?.(undefined)
    await lent.close()
    expect(lent.failure).toBe(undefined)
  })

  it('ends although nobody has come to read', async () => {
    const lent = await lendInput(new PassThrough(), neverFails)
    await lent.close()
    expect(existsSync(lent.path)).toBe(false)
  })
})
