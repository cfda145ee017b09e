import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import { readBody } from './read-body.js'

/** Reads a body; what is told of it is collected. */
function reading(from: PassThrough, maxBytes = 1000) {
  const told: unknown[] = []
  const heard = new Promise<void>((resolve) =>
    readBody(from, { maxBytes, timeoutMs: 60_000 }, (error, bytes) => {
      told.push(error instanceof MillraceError ? error.code : String(bytes))
      resolve()
    }),
  )
  return { told, heard }
}

describe('readBody', () => {
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
    const { told, heard } = reading(body, 10)
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
})
