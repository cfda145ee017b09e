import { type EventLevel, type Facts, isErrorCode, isMillraceError, MillraceError } from '@millrace/contracts'
import type { RunResult, Runtime } from '@millrace/kernel'
import { type ControlServer, serveControl } from '@millrace/kernel/control'
import { exitCodeOf, exitCodes, signalExitCodes } from '../exit-code.js'
import type { Io, StopSignal } from '../io.js'
import type { ProgressStyle } from './progress-line.js'
import type { RunEnd } from './run-end.js'
import { onStopSignals } from './stop-signals.js'
import { type EventWatch, watchEvents } from './watch-events.js'

/** What is shown while a run lasts. */
export interface RunUntilDoneOptions {
  /** From which level on events are written to standard error. @default warn */
  readonly logLevel?: EventLevel
  /** Whether events are written as NDJSON instead of text. @default false */
  readonly logJson?: boolean
  /** @default bar where standard error is a terminal, else off */
  readonly progress?: ProgressStyle
  /** Whether `millrace top` and `millrace reload` can reach the application. @default true */
  readonly control?: boolean
  /** Monotonic, in milliseconds. @default performance.now */
  readonly clock?: () => number
}

/**
 * Runs an application as a command: sources to their end, or, where there are none, a service until a signal comes. The first
 * SIGINT or SIGTERM drains and stops; a second one gives up what is in flight, kills worker processes, closes what is open, and
 * exits with 5; a third, or a close that hangs, ends the process without waiting for that. A service whose workers fail for good ends with their failure. Never throws: how it ended, and the exit code for it, is what it
 * returns. Tell people about an error with `reportError`.
 *
 * @param runtime not started yet
 * @param io the process, or what stands for it
 */
export async function runUntilDone(runtime: Runtime, io: Io, options: RunUntilDoneOptions = {}): Promise<RunEnd> {
  const { clock = () => performance.now(), control = true } = options
  const watch = watchEvents(runtime, io, { ...shown(options, io), clock })
  const startMs = clock()
  const reachable = control ? serve(runtime, watch) : undefined
  try {
    const end = await endOf(runtime, io, watch)
    return { ...end, seconds: Math.round(clock() - startMs) / 1000 }
  } finally {
    await (await reachable)?.close()
    watch.close()
  }
}

/** An application that cannot be reached runs all the same. */
async function serve(runtime: Runtime, watch: EventWatch): Promise<ControlServer | undefined> {
  try {
    return await serveControl(runtime)
  } catch (thrown) {
    watch.say(thrown instanceof Error ? thrown.message : String(thrown))
    return undefined
  }
}

function shown({ logLevel = 'warn', logJson = false, progress }: RunUntilDoneOptions, { stderr }: Io) {
  return { logLevel, logJson, progress: progress ?? (stderr.isTTY === true ? 'bar' : 'off') } as const
}

/** What has no seconds yet. */
type Untimed<End> = End extends RunEnd ? Omit<End, 'seconds'> : never
type WorkEnd = Extract<Untimed<RunEnd>, { readonly outcome: 'done' | 'failed' }>

async function endOf(runtime: Runtime, io: Io, watch: EventWatch): Promise<Untimed<RunEnd>> {
  const stop = stopRequest(runtime, io, watch)
  const nothingLeft = deadEnd(io)
  const exit = prematureExit(io, watch)
  const work = (isService(runtime) ? runService(runtime) : runtime.run()).then(done, failed)
  try {
    const first = await Promise.race([work, stop.asked, nothingLeft.reached])
    if (first === 'nothing left') return await givenUp(runtime, watch)
    return typeof first === 'string' ? await stopped(runtime, first, { work, watch, stop }) : first
  } finally {
    stop.close()
    nothingLeft.close()
    exit.close()
  }
}

/** Without a source there is no end to run to. */
function isService({ plan }: Runtime): boolean {
  return !plan.graph.nodes.some(({ kind }) => kind === 'source')
}

/** A service ends when somebody stops it, or by a failure that is not mended. */
async function runService(runtime: Runtime): Promise<RunResult> {
  // Nothing else may keep the process alive: in memory a service holds no socket.
  const alive = setInterval(() => undefined, 2 ** 30)
  try {
    const ended = serviceEnd(runtime)
    ended.catch(() => undefined) // a start that fails says so itself
    await runtime.start()
    await ended
    return { roots: {}, reports: {}, counters: runtime.counters() }
  } finally {
    clearInterval(alive)
  }
}

/** Resolves when a runtime has stopped; rejects when it did so because of a failure. */
function serviceEnd(runtime: Runtime): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: MillraceError | undefined
    runtime.subscribe(({ name, facts }) => {
      if (name === 'runtime.failed') failure ??= failureOf(facts)
      if (name !== 'runtime.stopped') return
      if (failure === undefined) resolve()
      else reject(failure)
    })
  })
}

/** The failure that an event tells of. */
function failureOf({ code, reason, ...facts }: Facts): MillraceError {
  const known = isErrorCode(code) ? code : 'NODE_FAILED'
  const message = typeof reason === 'string' ? reason.replace(`${known}: `, '') : 'the service has ended by a failure'
  return new MillraceError(known, message, { facts })
}

function done(result: RunResult): WorkEnd {
  return { outcome: 'done', exitCode: exitCodes.done, result }
}

function failed(error: unknown): WorkEnd {
  return { outcome: 'failed', exitCode: exitCodeOf(error), error }
}

/** What people ask of a run by signals. */
interface StopRequest {
  /** Resolves with the first signal. */
  readonly asked: Promise<StopSignal>
  /** Whether a second one has come. */
  forced(): boolean
  close(): void
}

/** How long what is open in this process may take to be closed after a second signal, in milliseconds. */
const forcedCloseMs = 2000

/** The first signal stops, the second one by force, and the third ends the process. */
function stopRequest(runtime: Runtime, io: Io, watch: EventWatch): StopRequest {
  let ask: (signal: StopSignal) => void = () => undefined
  const asked = new Promise<StopSignal>((resolve) => {
    ask = resolve
  })
  let hardEnd: NodeJS.Timeout | undefined
  const exit = (): void => {
    clearTimeout(hardEnd)
    io.exit(exitCodes.stopForced)
  }
  const close = onStopSignals(io, {
    first: (signal) => {
      watch.say(`${signal}: finishing what is in flight, then stopping; once more stops at once`)
      ask(signal)
    },
    again: () => {
      if (hardEnd !== undefined) return exit()
      watch.say('stopped by force: what was in flight is lost')
      hardEnd = setTimeout(exit, forcedCloseMs)
      void runtime.kill()
    },
  })
  return {
    asked,
    forced: () => hardEnd !== undefined,
    close() {
      clearTimeout(hardEnd)
      close()
    },
  }
}

/** Resolves when nothing can happen any more although the work has not ended; Node.js would exit without a word. */
function deadEnd(io: Io): { readonly reached: Promise<'nothing left'>; close(): void } {
  let listener: () => void = () => undefined
  const reached = new Promise<'nothing left'>((resolve) => {
    listener = () => resolve('nothing left')
  })
  io.on('beforeExit', listener)
  return { reached, close: () => io.off('beforeExit', listener) }
}

/** Whatever called `process.exit` while the run lasted, the run is not done: exit code 0 would say so. */
function prematureExit(io: Io, watch: EventWatch): { close(): void } {
  const listener = (): void => {
    if (Number(io.exitCode ?? exitCodes.done) !== exitCodes.done) return
    watch.say(
      'the process ended before the run did, and what was in flight is lost: something in the application called process.exit(); let a handler throw instead',
    )
    io.exit(exitCodes.failed)
  }
  io.on('exit', listener)
  return { close: () => void io.off('exit', listener) }
}

async function givenUp(runtime: Runtime, watch: EventWatch): Promise<WorkEnd> {
  const error = new MillraceError(
    'NODE_FAILED',
    'the run cannot end: a source, a handler or a sink waits for a promise that nothing will settle any more',
  )
  watch.say('nothing can happen any more, but the run has not ended; stopping')
  await runtime.stop()
  return failed(error)
}

async function stopped(
  runtime: Runtime,
  signal: StopSignal,
  { work, watch, stop }: { readonly work: Promise<WorkEnd>; readonly watch: EventWatch; readonly stop: StopRequest },
): Promise<Untimed<RunEnd>> {
  const mode = await runtime.stop()
  const service = isService(runtime)
  const end = await Promise.race([work, nextTurn()])
  if (end?.outcome === 'failed' && !isShuttingDown(end.error)) return end
  if (mode === 'forced' || stop.forced()) {
    if (!stop.forced()) watch.say(givenUpText(runtime))
    return { outcome: 'stopped', exitCode: exitCodes.stopForced, signal, mode: 'forced' }
  }
  if (end?.outcome === 'done' && !service) return end
  const exitCode = service && signal === 'SIGTERM' ? exitCodes.done : signalExitCodes[signal]
  return { outcome: 'stopped', exitCode, signal, mode }
}

/** What a forced stop has cost. */
function givenUpText(runtime: Runtime): string {
  const workers = runtime.workers().length
  if (workers > 0)
    return 'not all was finished in time; what was in flight is given up, and workers were ended by force'
  return `not all was finished within graceful_timeout_seconds; given up: ${runtime.counters().inFlight} in flight`
}

/** What a run, or its start, fails with because it was stopped. */
function isShuttingDown(error: unknown): boolean {
  return isMillraceError(error) && (error.code === 'SHUTTING_DOWN' || error.facts.code === 'SHUTTING_DOWN')
}

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => {
    setImmediate(() => resolve(undefined))
  })
}
