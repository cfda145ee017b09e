/** Moleculer: a service on another node, called over its TCP transporter. */
import { freePorts, startAnswerer } from './answerer.mjs'
import { createBroker } from './moleculer-broker.mjs'

export async function open() {
  const [own, other] = await freePorts(2)
  const urls = [`127.0.0.1:${own}/asker`, `127.0.0.1:${other}/answerer`]
  const answerer = await startAnswerer('moleculer-answerer.mjs', [String(other), ...urls])
  const broker = createBroker('asker', own, urls)
  await broker.start()
  await broker.waitForServices('bench', 30_000)
  return {
    call: (payload, done) => void broker.call('bench.echo', payload).then(done),
    answererCpuMs: () => answerer.cpuMs(),
    async close() {
      await broker.stop()
      await answerer.close()
    },
  }
}
