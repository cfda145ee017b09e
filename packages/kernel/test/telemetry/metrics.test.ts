import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listeningPort } from '@millrace/conformance'
import { defineMessage, defineNode, metricList } from '@millrace/contracts'
import { Type } from 'typebox'
import { createRuntime } from '../../src/create-runtime.js'
import { Ask, Sum } from '../fixtures/processes/nodes.js'
import { eventually } from '../web/web-application.js'
import { type Scrape, scrape, total } from './scrape.js'
import { askSum, type Observed, startObserved } from './shop-of-groups.js'

const Said = defineMessage('metrics.said', Type.Object({ n: Type.Integer() }))
const Heard = defineMessage('metrics.heard', Type.Object({ n: Type.Integer() }), { reply: true })
const echo = defineNode({ name: 'echo', consumes: Said, emits: [Heard], handle: ({ n }) => Heard.of({ n }) })

let app: Observed

beforeAll(async () => {
  app = await startObserved({ metrics: { exporters: ['prometheus'] } }, { max_in_flight: 4000 })
})

afterAll(async () => {
  await app.runtime.stop()
})

const handled = (seen: Scrape): number => total(seen, 'millrace_messages_handled_total')
const pidOf = (group: string): number => app.runtime.workers().find((worker) => worker.group === group)?.pid ?? 0

/** Sends bytes to the port of a worker, as a stranger, until it is shown out. */
async function intrude(group: string, bytes: Buffer): Promise<void> {
  const stranger = connect(listeningPort(pidOf(group)), '127.0.0.1').on('error', () => undefined)
  stranger.write(bytes)
  await once(stranger, 'close')
}

it('OBS-PROM-01 what was counted is still counted when an application has stopped', async () => {
  const runtime = await createRuntime({ nodes: [echo], overlay: { scenario: { name: 'stops' } } })
  await runtime.start()
  await runtime.request(Said, { n: 1 }, { expect: Heard })
  await runtime.stop()
  const replied = (await runtime.metrics()).find(({ labels }) => labels.outcome === 'replied')
  expect(replied).toMatchObject({ name: 'millrace_requests_total', value: 1 })
})

describe('the metrics of an application in several processes', () => {
  it('OBS-PROM-01 say what callers have counted themselves, for every group and worker', async () => {
    const before = await scrape(app.url)
    const answers = await Promise.all(Array.from({ length: 50 }, () => askSum(app.url, 'ok')))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const after = await eventually(
      () => scrape(app.url),
      (seen) => total(seen, 'millrace_hop_duration_seconds_count', { to: 'one' }) >= 50,
    )
    const more = (metric: string, labels: Readonly<Record<string, string>>): number =>
      total(after, metric, labels) - total(before, metric, labels)
    expect(more('millrace_requests_total', { outcome: 'replied', worker: 'web#1', group: 'web' })).toBe(50)
    expect(more('millrace_request_duration_seconds_count', { worker: 'web#1' })).toBe(50)
    for (const [group, node] of Object.entries({ one: 'first', two: 'second', three: 'third' }))
      expect(more('millrace_messages_handled_total', { group, node, worker: `${group}#1` })).toBe(50)
    expect(more('millrace_hop_duration_seconds_count', { worker: 'one#1', to: 'two' })).toBe(50)
    expect(total(after, 'millrace_worker_up')).toBe(4)
    for (const { group } of app.runtime.workers())
      expect(total(after, 'millrace_memory_bytes', { group })).toBeGreaterThan(10_000_000)
    const names = new Set(
      [...after.keys()].map((series) => series.split('{')[0]?.replace(/_(?:bucket|sum|count)$/u, '')),
    )
    expect([...names].filter((name) => name !== undefined && !(name in metricList))).toEqual([])
  })

  it('OBS-PROM-01 do not go backwards when a worker dies', async () => {
    await askSum(app.url, 'ok')
    const before = await scrape(app.url)
    process.kill(pidOf('two'), 'SIGKILL')
    expect(await askSum(app.url, 'ok')).toMatchObject({ status: 200 })
    const after = await scrape(app.url)
    expect(handled(after)).toBeGreaterThan(handled(before))
    for (const [series, value] of before)
      if (series.includes('_total') || series.includes('_count'))
        expect(after.get(series)).toBeGreaterThanOrEqual(value)
    expect(total(after, 'millrace_worker_restarts_total', { worker: 'two#1' })).toBe(1)
  })

  it('OBS-IPC-01 a stranger at the port of a worker is an event with its reason, and counted by it', async () => {
    const refused = (seen: Scrape): number =>
      total(seen, 'millrace_refusals_total', { code: 'SEC_FRAME_TOO_LARGE', worker: 'one#1', group: 'one' })
    const before = refused(await scrape(app.url))
    await intrude('one', Buffer.alloc(200, 'GET / HTTP/1.1\r\n'))
    const after = await eventually(
      () => scrape(app.url),
      (seen) => refused(seen) > before,
    )
    expect(refused(after)).toBe(before + 1)
    expect(app.events.filter(({ name }) => name === 'security.refused').map(({ facts }) => facts)).toMatchObject([
      { code: 'SEC_FRAME_TOO_LARGE', worker: 'one#1' },
    ])
  })

  it('OBS-IPC-02 a deadline that passes is an event, and counted', async () => {
    const timedOut = async (): Promise<number> =>
      total(await scrape(app.url), 'millrace_requests_total', { outcome: 'timed_out' })
    const before = await timedOut()
    expect(await askSum(app.url, 'wait', {}, '/hasty-sums')).toMatchObject({ status: 504 })
    expect(await timedOut()).toBe(before + 1)
    expect(app.events.find(({ name }) => name === 'request.timeout')).toMatchObject({ facts: { worker: 'web#1' } })
  })

  it('OBS-IPC-03 depth and lag of a queue grow while its node is busy, and are gone when it is not', async () => {
    const inQueue = (seen: Scrape): number => total(seen, 'millrace_queue_depth', { node: 'second', worker: 'two#1' })
    const lag = (seen: Scrape): number => total(seen, 'millrace_queue_lag_seconds', { node: 'second' })
    const caller = new AbortController()
    const options = { expect: Sum, signal: caller.signal, timeoutMs: 60_000 }
    // The node has 2,000 places, and each of these keeps one.
    const asked = Array.from({ length: 2050 }, () => app.runtime.request(Ask, { n: 1, mode: 'wait' }, options))
    const blocked = await eventually(
      () => scrape(app.url),
      (seen) => lag(seen) > 0.5,
    )
    expect(inQueue(blocked)).toBe(50)
    caller.abort()
    await Promise.allSettled(asked)
    const rested = await eventually(
      () => scrape(app.url),
      (seen) => inQueue(seen) === 0,
    )
    expect(lag(rested)).toBe(0)
  })
})
