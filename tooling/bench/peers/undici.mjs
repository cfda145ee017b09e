/** A second Fastify, asked over HTTP by undici, which keeps its connections. */
import { Pool } from 'undici'
import { freePorts, startAnswerer } from './answerer.mjs'

export async function open() {
  const [port] = await freePorts(1)
  const answerer = await startAnswerer('fastify-answerer.mjs', [String(port)])
  const pool = new Pool(`http://127.0.0.1:${port}`)
  const ask = async (payload) => {
    const { body } = await pool.request({
      path: '/echo',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    })
    return body.json()
  }
  return {
    call: (payload, done) => void ask(payload).then(done),
    answererCpuMs: () => answerer.cpuMs(),
    async close() {
      await pool.close()
      await answerer.close()
    },
  }
}
