import { readFileSync } from 'node:fs'
import type { Seen } from './failure.js'
import { nothing } from './failure.js'
import type { Ended, LoggedEvent, Running, Stage } from './stage.js'

/** What the batch writes of the first orders. */
export function priced(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index + 1} ${(index + 1) * 21}\n`).join('')
}

/** The code of the error that a run ended with. */
export function codeOf({ last }: Ended): string {
  const { error } = last as { readonly error?: { readonly code?: string } } // what --json prints
  return error?.code === undefined ? nothing : `\`${error.code}\``
}

/** An event that must have been, with those of its facts that are asked for. @throws Error when it has not been */
export function eventOf(running: Running, name: string, facts: readonly string[], fits: object = {}): string {
  const found = running.events().find((event) => event.name === name && isLike(event, fits))
  if (found === undefined) throw new Error(`there was no event ${name} with ${JSON.stringify(fits)}: ${names(running)}`)
  return [`\`${name}\``, ...facts.map((fact) => `${fact} \`${found.facts[fact]}\``)].join(', ')
}

function isLike({ facts }: LoggedEvent, fits: object): boolean {
  return Object.entries(fits).every(([key, value]) => facts[key] === value)
}

function names(running: Running): string {
  return running
    .events()
    .map(({ name, facts }) => `${name} ${facts.worker ?? ''} ${facts.code ?? ''}`)
    .join(', ')
}

/** How often something happened. */
export function times(running: Running, name: string): number {
  return running.events().filter((event) => event.name === name).length
}

/** What a run has left in its output, against all of it. @throws Error when a line is wrong, is missing, or stands there twice */
export function lostOf(stage: Stage, count: number): string {
  const written = stage.read('out.txt')
  const all = priced(count)
  if (written === all) return 'nothing: the output is whole'
  const whole = written.slice(0, written.lastIndexOf('\n') + 1)
  if (!all.startsWith(whole) || !all.startsWith(written))
    throw new Error('the output is no beginning of what it should be')
  return 'what comes after the last line that is written; those before it are whole and in order'
}

/** How long the kernel may take to count a killed process as ended, in milliseconds. */
const teardownMs = 2000

/** Throws where a worker outlives its command. */
export async function noOrphan(running: Running): Promise<void> {
  const deadline = performance.now() + teardownMs
  while (left(running).length > 0 && performance.now() < deadline) await new Promise((done) => setImmediate(done))
  if (left(running).length > 0) throw new Error(`workers have outlived their command: ${left(running).join(', ')}`)
}

function left(running: Running): readonly number[] {
  return [...running.workers().values()].filter((pid) => !['', 'Z', 'X'].includes(stateOf(pid)))
}

function stateOf(pid: number): string {
  try {
    return /^State:\s+(\S)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}

/** The pid of a worker that must be there. */
export function pidOf(running: Running, slot: string): number {
  const pid = running.workers().get(slot)
  if (pid === undefined) throw new Error(`there is no worker ${slot}`)
  return pid
}

/** A run that has ended by itself, in the usual cells. */
export async function seenOf(
  stage: Stage,
  running: Running,
  cells: Pick<Seen, 'event' | 'counted'> | ((ended: Ended) => Pick<Seen, 'event' | 'counted'>),
  count = 1000,
): Promise<Seen> {
  const ended = await running.ended()
  await noOrphan(running)
  const given = typeof cells === 'function' ? cells(ended) : cells
  return { exitCode: ended.exitCode, code: codeOf(ended), ...given, lost: lostOf(stage, count) }
}
