import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Application, aliveOf, placesOf, startApplication } from './application.js'
import { Load } from './load.js'
import { type Level, MemoryWatch, median } from './memory-level.js'

const flight = { requests: 28, streams: 4 }
const requestMs = 60_000
/** Some hundred requests a second, so that it can run beside other work for an hour. */
const pauseMs = 50
/** A kill every so often, in milliseconds. */
const killEveryMs = 20_000
/** Memory is judged by so many rounds, long enough that each has processes of every age in every place: a young one has less. */
const rounds = 30
/** How many more handles the last rounds may have than the first. */
const handlesMore = 4

/** How a soak is run. */
export interface SoakSettings {
  readonly minutes: number
  /** From 0 to less than 1. */
  readonly random: () => number
  readonly progress: (line: string) => void
}

/** What became of it. */
export interface SoakReport {
  readonly kills: number
  readonly ends: Readonly<Record<string, number>>
  readonly levels: readonly Level[]
  /** Open files of this process, medians of the first and of the last ten rounds after ten of warm-up. */
  readonly handles: { readonly first: number; readonly last: number } | undefined
  /** What must not have been. */
  readonly mistakes: readonly string[]
}

/** Requests without end, and a random worker dies every 20 seconds. */
export async function runSoak({ minutes, random, progress }: SoakSettings): Promise<SoakReport> {
  const application = await startApplication(1)
  const watch = new MemoryWatch(() => placesOf(application.runtime))
  const load = new Load(application.runtime, requestMs, pauseMs)
  load.start(flight)
  const handles: number[] = []
  const kills = Math.floor((minutes * 60_000) / killEveryMs)
  const killsPerRound = Math.max(1, Math.floor(kills / rounds))
  for (let kill = 1; kill <= kills; kill++) {
    await delay(killEveryMs)
    handles.push(readdirSync('/proc/self/fd').length)
    const worker = await killAny(application, random)
    const { asked, ends } = load.tally()
    progress(`kill ${kill} of ${kills}: ${worker}; ${asked} asked, ${JSON.stringify(Object.fromEntries(ends))}`)
    if (kill % killsPerRound === 0) watch.nextRound()
  }
  const { ends } = await load.stop()
  const levels = watch.end()
  await application.runtime.stop()
  const held = levelOf(handles)
  const mistakes = [
    ...[...ends].flatMap(([end, count]) =>
      end === 'answered' || end === 'streamed' ? [] : [`${count} requests ended with ${end}`],
    ),
    ...levels.flatMap(({ place, level }) => (level ? [] : [`the memory of ${place} grows`])),
    ...(held !== undefined && held.last > held.first + handlesMore ? ['the handles grow'] : []),
    ...aliveOf(application.processes).map((pid) => `process ${pid} is left`),
  ]
  return { kills, ends: Object.fromEntries(ends), levels, handles: held, mistakes }
}

async function killAny({ runtime, replaced }: Application, random: () => number): Promise<string> {
  const workers = runtime.workers()
  const victim = workers[Math.floor(random() * workers.length)]
  if (victim?.pid === undefined) return 'nobody'
  const back = replaced(victim.slot, victim.incarnation)
  process.kill(victim.pid, 'SIGKILL')
  await back
  return victim.slot
}

function levelOf(handles: readonly number[]): SoakReport['handles'] {
  const after = handles.slice(10)
  if (after.length < 20) return undefined
  return { first: median(after.slice(0, 10)), last: median(after.slice(-10)) }
}
