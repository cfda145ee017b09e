/** Node's own channel to a forked process, with its JSON. */
import { startAnswerer } from './hop-answerer.js'
import type { HopSide } from './hop-side.js'
import { Waiting } from './waiting.js'

/** Starts an answering process. */
export async function open(): Promise<HopSide> {
  const answerer = await startAnswerer('fork')
  const waiting = new Waiting()
  answerer.child.on('message', (message: { readonly id?: number; readonly payload?: unknown }) => {
    if (message.id !== undefined) waiting.settle(message.id, message.payload)
  })
  return {
    call: (payload, done) => void answerer.child.send({ id: waiting.add(done), payload }),
    answererCpuMs: () => answerer.cpuMs(),
    close: () => answerer.close(),
  }
}
