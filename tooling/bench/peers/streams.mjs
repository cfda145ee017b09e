/** Redis Streams by hand: nothing signed, validated, timed or promised, as (c) over a socket. */
import { startAnswerer } from './answerer.mjs'
import { openStreams } from './streams-link.mjs'

/** @param url of the Redis */
export async function open(url) {
  const answerer = await startAnswerer('streams-answerer.mjs', [url])
  const waiting = new Map()
  let asked = 0
  const link = await openStreams(url, { reads: 'answered', writes: 'asked' }, (id, value) => {
    const done = waiting.get(id)
    waiting.delete(id)
    done(value)
  })
  return {
    call(payload, done) {
      waiting.set(++asked, done)
      link.send(asked, payload)
    },
    answererCpuMs: () => answerer.cpuMs(),
    async close() {
      link.close()
      await answerer.close()
    },
  }
}
