import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import { BodyReader } from './body-reader.js'

/** Reads a body; what is told of it is collected. */
function reading(from: PassThrough, { maxBytes = 1000, reader = readerOf(maxBytes) } = {}) {
  const told: unknown[] = []
  const heard = new Promise<void>((resolve) =>
    reader.read(from, (error, bytes) => {
      told.push(error instanceof MillraceError ? error.code : String(bytes))
      resolve()
    }),
  )
  return { told, heard }
}

function readerOf(maxBytes: number, timeoutMs = 60_000): BodyReader {
  return new BodyReader({ maxBytes, timeoutMs }, () => performance.now())
}

describe('BodyReader', () => {
  it('tells of a body once, whatever becomes of its connection later', async () => {
    const body = new PassThrough({ autoDestroy: false })
    const { told, heard } = reading(body)
    body.write('two ')
    body.end('parts')
    await heard
    const closed = new Promise((resolve) => body.once('close', resolve))
    body.destroy(new Error('reset'))
    await closed
    expect(told).toEqual(['two parts'])
  })

  it('tells once of a body that is too large, and lets the rest of it pass', async () => {
    const body = new PassThrough()
    const { told, heard } = reading(body, { maxBytes: 10 })
    body.write('x'.repeat(11))
    await heard
    body.end('x'.repeat(1_000_000))
    await finished(body)
    expect(told).toEqual(['PAYLOAD_TOO_LARGE'])
  })

  it('tells once of a body that ends early', async () => {
    const body = new PassThrough()
    const { told, heard } = reading(body)
    body.write('half')
    body.destroy()
    await heard
    expect(told).toEqual(['PAYLOAD_INVALID'])
  })

  it('gives up each body when its own time is over, and none before', async () => {
    const reader = readerOf(1000, 40)
    const begun: { readonly at: number; readonly over: Promise<number>; readonly told: unknown[] }[] = []
    for (let body = 0; body < 4; body++) {
      const at = performance.now()
      const { heard, told } = reading(new PassThrough(), { reader })
      begun.push({ at, over: heard.then(() => performance.now()), told })
      await pause(15)
    }
    for (const { at, over, told } of begun) {
      expect((await over) - at).toBeGreaterThanOrEqual(39) // timers of Node may be early by less than one
      expect(told).toEqual(['WEB_BODY_TIMEOUT'])
    }
  })

  it('goes on watching after a body that came in time, and after a time without any', async () => {
    const reader = readerOf(1000, 20)
    const quick = new PassThrough()
    const first = reading(quick, { reader })
    quick.end('quick')
    await first.heard
    await pause(60)
    const second = reading(new PassThrough(), { reader })
    await second.heard
    expect([first.told, second.told]).toEqual([['quick'], ['WEB_BODY_TIMEOUT']])
  })
})
