import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { listeningPort } from '@millrace/conformance'
import { metricList } from '@millrace/contracts'
import { type Application, aliveOf, startApplication } from './application.js'
import { Load } from './load.js'
import { wrongCounters } from './prometheus/kept-series.js'
import type { PrometheusApi } from './prometheus/prometheus-api.js'
import { promtoolMistakes } from './prometheus/promtool.js'
import { freePort, type Prometheus, runPrometheus } from './prometheus/run-prometheus.js'

const rules = fileURLToPath(new URL('../../../docs/alerts.yml', import.meta.url))
const flight = { requests: 28, streams: 4 }
const requestMs = 60_000
const pauseMs = 20
/** A kill every so often, in milliseconds. */
const killEveryMs = 3000
/** How long Prometheus may take to see what has happened, in milliseconds. */
const seenMs = 30_000
/** The alert that a stranger at the port of a worker sets off. */
const alert = 'MillraceSecurityRefusals'

/** How the application is scraped. */
export interface ScrapeSettings {
  readonly seconds: number
  /** From 0 to less than 1. */
  readonly random: () => number
  readonly progress: (line: string) => void
}

/** What Prometheus has seen, and what was so. */
export interface ScrapeReport {
  readonly scrapes: number
  readonly series: number
  readonly kills: number
  readonly restarts: number
  /** Requests and streams by how they ended: as Prometheus has it, and as the load has counted. */
  readonly requests: { readonly scraped: Counts; readonly counted: Counts }
  /** Those that failed, by their codes, likewise. */
  readonly failures: { readonly scraped: Counts; readonly counted: Counts }
  /** How long after the fault its alert fired, in seconds. */
  readonly alertAfterSeconds: number | undefined
  /** What must not have been. */
  readonly mistakes: readonly string[]
}

/** How many, by a name. */
export type Counts = Readonly<Record<string, number>>

/** A Prometheus server scrapes the application every second, under load, and while workers die; then it is asked what it has seen. */
export async function runScrape(settings: ScrapeSettings): Promise<ScrapeReport> {
  const port = await freePort()
  const application = await startApplication(0, { metrics: { exporters: ['prometheus'], port } })
  try {
    const prometheus = await runPrometheus(port, rules)
    try {
      const page = `http://127.0.0.1:${port}/metrics`
      return await watched(application, prometheus, page, settings)
    } finally {
      await prometheus.close()
    }
  } finally {
    await application.runtime.stop()
  }
}

async function watched(
  application: Application,
  { api, config }: Prometheus,
  page: string,
  settings: ScrapeSettings,
): Promise<ScrapeReport> {
  await seenSince(api, Date.now())
  const load = new Load(application.runtime, requestMs, pauseMs)
  load.start(flight)
  const kills = await killNowAndThen(application, settings)
  const alertAfterSeconds = await alerted(application, api)
  const { ends } = await load.stop()
  await seenSince(api, Date.now())
  const metrics = await (await fetch(page)).text()
  const { mistakes: wrong, requests, failures, ...seen } = await seenBy(api, settings.seconds)
  const counted = countsOf(ends)
  await application.runtime.stop()
  return {
    ...seen,
    kills,
    requests: { scraped: requests, counted: counted.requests },
    failures: { scraped: failures, counted: counted.failures },
    alertAfterSeconds,
    mistakes: [
      ...wrong,
      ...differences('requests', requests, counted.requests),
      ...differences('failures', failures, counted.failures),
      ...(seen.restarts === kills ? [] : [`${kills} workers were killed, and ${seen.restarts} restarts were scraped`]),
      ...(alertAfterSeconds === undefined ? [`the alert ${alert} has not fired`] : []),
      ...promtoolMistakes(['check', 'metrics'], metrics),
      ...promtoolMistakes(['check', 'rules', rules]),
      ...promtoolMistakes(['check', 'config', config]),
      ...aliveOf(application.processes).map((pid) => `process ${pid} is left`),
    ],
  }
}

async function killNowAndThen(
  { runtime, replaced }: Application,
  { seconds, random, progress }: ScrapeSettings,
): Promise<number> {
  const end = performance.now() + seconds * 1000
  let kills = 0
  while (performance.now() + killEveryMs < end) {
    await delay(killEveryMs)
    const workers = runtime.workers()
    const victim = workers[Math.floor(random() * workers.length)]
    if (victim?.pid === undefined) continue
    const back = replaced(victim.slot, victim.incarnation)
    process.kill(victim.pid, 'SIGKILL')
    await back
    progress(`kill ${++kills}: ${victim.slot}`)
  }
  await delay(Math.max(0, end - performance.now()))
  return kills
}

/** A stranger comes to the port of a worker. @returns how long it took until the alert fired, in seconds; undefined if it did not */
async function alerted({ runtime }: Application, api: PrometheusApi): Promise<number | undefined> {
  const pid = runtime.workers()[0]?.pid ?? 0
  const stranger = connect(listeningPort(pid), '127.0.0.1').on('error', () => undefined)
  stranger.write(Buffer.alloc(200, 'GET / HTTP/1.1\r\n'))
  await once(stranger, 'close')
  const since = performance.now()
  while (performance.now() < since + seenMs) {
    const firing = await api.number(`count(ALERTS{alertname="${alert}",alertstate="firing"})`)
    if (firing > 0) return Math.round((performance.now() - since) / 100) / 10
    await delay(200)
  }
  return undefined
}

/** Waits for a scrape that has begun since. @param since of the wall clock, in milliseconds */
async function seenSince(api: PrometheusApi, since: number): Promise<void> {
  const deadline = performance.now() + seenMs
  while (performance.now() < deadline) {
    if ((await api.number('timestamp(up{job="millrace"}) and up{job="millrace"} == 1')) * 1000 > since) return
    await delay(200)
  }
  throw new Error(`Prometheus has scraped nothing within ${seenMs} ms`)
}

interface Seen extends Pick<ScrapeReport, 'scrapes' | 'series' | 'restarts'> {
  readonly requests: Counts
  readonly failures: Counts
  readonly mistakes: readonly string[]
}

async function seenBy(api: PrometheusApi, seconds: number): Promise<Seen> {
  // All of it: the application is killed for so long, and before and after that not much happens.
  const all = `[${seconds + 300}s]`
  const [up] = await api.query(`up{job="millrace"}${all}`)
  const scrapes = up?.samples.map(([at]) => at) ?? []
  const down = up?.samples.filter(([, value]) => value !== 1).length ?? 0
  const counters = await api.query(`{__name__=~"millrace_.+_(total|count|sum|bucket)"}${all}`)
  const resets = await Promise.all(counterNames.map((name) => api.number(`sum(resets(${name}${all}))`)))
  return {
    scrapes: scrapes.length,
    series: counters.length,
    restarts: await api.number('sum(millrace_worker_restarts_total)'),
    requests: positive(await api.numbersBy('outcome', 'sum by (outcome) (millrace_requests_total)')),
    failures: positive(await api.numbersBy('code', 'sum by (code) (millrace_failures_total)')),
    mistakes: [
      ...(scrapes.length < seconds * 0.8 ? [`there were only ${scrapes.length} scrapes`] : []),
      ...(down === 0 ? [] : [`${down} scrapes have failed`]),
      ...counterNames.flatMap((name, index) =>
        resets[index] === 0 ? [] : [`${name} was reset ${resets[index]} times`],
      ),
      ...wrongCounters(counters, scrapes),
    ],
  }
}

/** Every name of a series that only grows. */
const counterNames: readonly string[] = Object.entries(metricList).flatMap(([name, { kind }]) => {
  if (kind === 'histogram') return ['count', 'sum', 'bucket'].map((part) => `${name}_${part}`)
  return kind === 'counter' ? [name] : []
})

function positive(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
}

/** What a request is counted as that ended so; any other code is a failure. */
const outcomes: Readonly<Record<string, string>> = {
  answered: 'replied',
  wrong: 'replied',
  streamed: 'completed',
  REPLY_MISSING: 'missing',
  REPLY_TIMEOUT: 'timed_out',
  REPLY_CANCELLED: 'cancelled',
}

/** The ends that the load has counted, as metrics count them. */
function countsOf(ends: ReadonlyMap<string, number>): { readonly requests: Counts; readonly failures: Counts } {
  const requests: Record<string, number> = {}
  const failures: Record<string, number> = {}
  for (const [end, count] of ends) {
    const outcome = outcomes[end] ?? 'failed'
    requests[outcome] = (requests[outcome] ?? 0) + count
    if (/^[A-Z_]+$/u.test(end)) failures[end] = (failures[end] ?? 0) + count
  }
  return { requests, failures }
}

function differences(what: string, scraped: Counts, counted: Counts): readonly string[] {
  const names = new Set([...Object.keys(scraped), ...Object.keys(counted)])
  return [...names].flatMap((name) =>
    scraped[name] === counted[name]
      ? []
      : [`${what} ${name}: ${counted[name] ?? 0} were counted, and ${scraped[name] ?? 0} scraped`],
  )
}
