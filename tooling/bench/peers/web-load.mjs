/** Makes load by autocannon. Tasks and what they came to are messages of the parent. */
import { isDeepStrictEqual } from 'node:util'
import autocannon from 'autocannon'

process.on('message', async (task) => {
  if (task === 'close') process.exit()
  process.send({ said: 'loaded', ...(await load(task)) })
})
process.send({ said: 'ready' })

/** @param task how many connections ask for an echo of `payload`, how often all together */
async function load({ url, payload, connections, requests }) {
  const body = JSON.stringify(payload)
  const headers = { 'content-type': 'application/json' }
  await prove(url, { method: 'POST', headers, body }, payload)
  const latencies = []
  const run = autocannon({ url, connections, amount: requests, method: 'POST', headers, body })
  // Its own duration ends with a whole second.
  const start = performance.now()
  let end = start
  run.on('response', (_client, _status, _bytes, ms) => {
    end = performance.now()
    latencies.push(ms)
  })
  const { errors, timeouts, non2xx, ...result } = await run
  if (errors + timeouts + non2xx > 0)
    throw new Error(`${url} has not answered well: ${JSON.stringify({ errors, timeouts, non2xx })}`)
  latencies.sort((a, b) => a - b)
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { units: result['2xx'], wallMs: end - start, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** One echo must be what was sent, so that everybody does the same work. */
async function prove(url, request, payload) {
  const response = await fetch(url, request)
  if (!isDeepStrictEqual(await response.json(), payload)) throw new Error(`the echo of ${url} is not what was sent`)
}
