/** Drives the asking half of a pair: its module, its settings and its Redis are the arguments, tasks and measurements are messages of the parent. */
import { execFileSync } from 'node:child_process'
import { isDeepStrictEqual } from 'node:util'
import { redisCpuMs } from '../harness/redis-cpu.js'
import { percentile } from '../harness/statistics.js'
import { hopPayload } from './hop-payload.js'
import type { HopLength, HopMeasurement, HopSide, HopSideModule, HopTask } from './hop-side.js'

const { open } = (await import(process.argv[2] ?? '')) as HopSideModule // the parent names one of ours
const side = await open(process.argv[3])

process.on('message', (task: HopTask | 'close' | 'lost') => {
  if (task === 'close') void side.close().then(() => process.exit())
  else if (task === 'lost') void side.lost?.().then((count) => process.send?.({ said: 'lost', count }))
  else void measure(side, task).then((measurement) => process.send?.({ said: 'measured', measurement }))
})
process.send?.({ said: 'ready' })

async function measure(side: HopSide, task: HopTask): Promise<HopMeasurement> {
  const payload = hopPayload(task)
  await prove(side, payload)
  await fly(side, payload, task.flight, task.warmUp)
  const others = async (): Promise<number> => redisMs() + (await side.answererCpuMs())
  const othersBefore = await others()
  const cpu = process.cpuUsage()
  const flown = await fly(side, payload, task.flight, task.measured)
  const { user, system } = process.cpuUsage(cpu)
  const othersMs = (await others()) - othersBefore
  // All that were begun have cost time on processors; only those answered in time count for the rate.
  const cpuMs = (((user + system) / 1000 + othersMs) * flown.units) / flown.begun
  return { units: flown.units, wallMs: flown.wallMs, cpuMs, ...percentiles(flown.latencies) }
}

/** What the Redis of the side has used, which waits while it is asked. */
function redisMs(): number {
  const [, , , , url] = process.argv
  if (url === undefined) return 0
  return redisCpuMs(execFileSync('redis-cli', ['-u', url, 'INFO', 'cpu'], { encoding: 'utf8' }))
}

/** One echo must be what was sent, so that everybody does the same work. */
async function prove(side: HopSide, payload: object): Promise<void> {
  const reply = await new Promise((resolve) => side.call(payload, resolve))
  const same = payload instanceof Uint8Array ? Buffer.compare(payload, reply as Uint8Array) === 0 : undefined // bytes come as bytes
  if (!(same ?? isDeepStrictEqual(reply, payload))) throw new Error('the echo is not what was sent')
}

interface Flown {
  /** Answered before the end. */
  readonly units: number
  readonly begun: number
  readonly wallMs: number
  /** Of a sample: the requests of one of those in flight. */
  readonly latencies: number[]
}

/** Keeps so many requests unanswered until the time is over. The first of them looks at the clock. */
function fly(side: HopSide, payload: object, flight: number, { ms, requests }: HopLength): Promise<Flown> {
  return new Promise((resolve) => {
    const latencies: number[] = []
    let answered = 0
    let begun = 0
    let units = 0
    let wallMs = 0
    let over = false
    const least = Math.max(requests, 2 * flight)
    const start = performance.now()
    let askedAt = start
    const ended = (): void => {
      if (over && answered === begun) resolve({ units, begun, wallMs, latencies })
    }
    const next = (): void => {
      begun++
      side.call(payload, () => {
        answered++
        if (over) ended()
        else next()
      })
    }
    const first = (): void => {
      begun++
      askedAt = performance.now()
      side.call(payload, () => {
        answered++
        const now = performance.now()
        latencies.push(now - askedAt)
        if (now - start < ms || answered < least) return first()
        over = true
        units = answered
        wallMs = now - start
        ended()
      })
    }
    first()
    for (let other = 1; other < flight; other++) next()
  })
}

function percentiles(latencies: number[]): { p50Ms: number; p99Ms: number } {
  latencies.sort((a, b) => a - b)
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) }
}
