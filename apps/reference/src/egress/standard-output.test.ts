import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { createStandardOutput } from './standard-output.js'

describe('createStandardOutput', () => {
  it('writes, waits for the reader, and leaves the stream open', async () => {
    const stream = new PassThrough()
    const output = createStandardOutput(stream)
    await output.put(Buffer.from('a\n'))
    await output.finish()
    await output.close()
    expect([stream.read(), stream.writable, stream.listenerCount('error')]).toEqual([Buffer.from('a\n'), true, 0])
  })

  it('says that the reader has gone', async () => {
    const stream = new PassThrough()
    const output = createStandardOutput(stream)
    stream.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))
    await expect(output.put(Buffer.from('a\n'))).rejects.toMatchObject({ code: 'SINK_FAILED' })
  })
})
