import type { WorkerSnapshot } from '@millrace/contracts'
import { type Application, aliveOf, placesOf, startApplication } from './application.js'
import { Load, type Outcome } from './load.js'
import { type Level, MemoryWatch } from './memory-level.js'

const flight = 64
/** A request that is not over by then has hung, in milliseconds. */
const requestMs = 60_000
/** What a worker held must have failed so soon after its death, in milliseconds. */
const verdictMs = 1000
/** The most traffic before a kill, in bytes of payload. */
const longestWayBytes = 400_000

/** How rounds of killing are run. */
export interface KillSettings {
  readonly rounds: number
  /** How often what a dead worker held is sent again. */
  readonly redeliver: number
  /** From 0 to less than 1. */
  readonly random: () => number
  readonly progress: (line: string) => void
}

/** What one kill did. */
export interface KillRound {
  readonly worker: string
  /** After how many bytes of payload since the round began. */
  readonly afterBytes: number
  /** Requests that were unanswered at the kill. */
  readonly inFlight: number
  /** Of these, those that failed because the worker held them. */
  readonly held: number
  /** Envelopes that were sent again. */
  readonly resent: number
  /** Replies that came again and were taken once. */
  readonly dropped: number
  /** When the last of those in flight failed, after the kill, in milliseconds; 0 when none did. */
  readonly verdictAfterMs: number
}

/** What became of everything. */
export interface KillReport {
  readonly rounds: readonly KillRound[]
  /** How many requests ended in which way: answered, or with a code. */
  readonly ends: Readonly<Record<string, number>>
  readonly levels: readonly Level[]
  /** What must not have been. */
  readonly mistakes: readonly string[]
}

/** Kills a random worker at a random byte of the traffic, waits for its replacement, and does so again. */
export async function runKillRounds({ rounds, redeliver, random, progress }: KillSettings): Promise<KillReport> {
  const application = await startApplication(redeliver)
  const watch = new MemoryWatch(() => placesOf(application.runtime))
  const load = new Load(application.runtime, requestMs, 0)
  load.start({ requests: flight, streams: 0 })
  const done: KillRound[] = []
  for (let round = 1; round <= rounds; round++) {
    const killed = await killOnce(application, load, random)
    if (killed.inFlight > 0) done.push(killed)
    progress(roundText(round, killed))
    watch.nextRound()
  }
  const { ends } = await load.stop()
  const levels = watch.end()
  await application.runtime.stop()
  const mistakes = [
    ...done.flatMap((round, index) => (round.verdictAfterMs > verdictMs ? [`round ${index + 1} failed late`] : [])),
    ...wrongEnds(ends, redeliver),
    ...levels.flatMap(({ place, level }) => (level ? [] : [`the memory of ${place} grows`])),
    ...aliveOf(application.processes).map((pid) => `process ${pid} is left`),
  ]
  return { rounds: done, ends: Object.fromEntries(ends), levels, mistakes }
}

async function killOnce(application: Application, load: Load, random: () => number): Promise<KillRound> {
  const afterBytes = Math.floor(random() * longestWayBytes)
  const victim = pick(application.runtime.workers(), random())
  const before = application.runtime.counters().delivery
  const replaced = application.replaced(victim.slot, victim.incarnation)
  const { killedAt, unanswered } = await killAfter(load, afterBytes, victim)
  const outcomes = await Promise.all(unanswered)
  await replaced
  const after = application.runtime.counters().delivery
  const failed = outcomes.filter(({ end }) => end !== 'answered')
  return {
    worker: victim.slot,
    afterBytes,
    inFlight: unanswered.length,
    held: failed.length,
    resent: after.redelivered - before.redelivered,
    dropped: after.repeats - before.repeats,
    verdictAfterMs: Math.max(0, ...failed.map(({ endedAt }) => Math.round(endedAt - killedAt))),
  }
}

/** Kills in the middle of whatever the load is doing when so much has been asked and answered. */
function killAfter(
  load: Load,
  afterBytes: number,
  { pid }: WorkerSnapshot,
): Promise<{ readonly killedAt: number; readonly unanswered: readonly Promise<Outcome>[] }> {
  let left = afterBytes
  return new Promise((resolve) => {
    load.onBytes = (bytes) => {
      left -= bytes
      if (left > 0 || pid === undefined) return
      load.onBytes = () => undefined
      process.kill(pid, 'SIGKILL')
      resolve({ killedAt: performance.now(), unanswered: load.unanswered() })
    }
  })
}

function pick<Item>(items: readonly Item[], random: number): Item {
  const item = items[Math.floor(random * items.length)]
  if (item === undefined) throw new RangeError('there is nothing to pick from')
  return item
}

/** Ends that must not be: what is sent again has a result, and without that only a crash may end a request. */
function wrongEnds(ends: ReadonlyMap<string, number>, redeliver: number): readonly string[] {
  const allowed = redeliver > 0 ? ['answered'] : ['answered', 'WORKER_CRASHED']
  return [...ends].flatMap(([end, count]) => (allowed.includes(end) ? [] : [`${count} requests ended with ${end}`]))
}

function roundText(round: number, { worker, afterBytes, inFlight, held, resent, dropped, verdictAfterMs }: KillRound) {
  const failed = held === 0 ? '' : `, the last failed after ${verdictAfterMs} ms`
  return `kill ${round}: ${worker} after ${afterBytes} bytes; ${inFlight} in flight, ${held} held, ${resent} resent, ${dropped} dropped as repeats${failed}`
}
