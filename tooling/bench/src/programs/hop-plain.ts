/** (c): frames of its own, JSON, a callback; nothing else. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { startAnswerer } from './hop-answerer.js'
import type { HopSide } from './hop-side.js'
import { PlainFrames } from './plain-frames.js'
import { Waiting } from './waiting.js'

/** Connects to an answering process over loopback. */
export async function open(): Promise<HopSide> {
  const answerer = await startAnswerer('plain')
  const socket = connect({ host: '127.0.0.1', port: answerer.port, noDelay: true })
  await once(socket, 'connect')
  const waiting = new Waiting()
  const frames = new PlainFrames(socket, (id, value) => waiting.settle(id, value))
  return {
    call: (payload, done) => frames.send(waiting.add(done), payload),
    answererCpuMs: () => answerer.cpuMs(),
    async close() {
      socket.destroy()
      await answerer.close()
    },
  }
}
