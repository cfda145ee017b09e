/**
 * Keeps one worker process in each slot.
 *
 *   new → starting → running → draining → stopping → stopped
 *
 * 1. Workers are spawned in their order and load side by side. When all are discovered everybody gets the table, when all
 *    are ready the listener hears of it, and then they are started one after the other, in their order. They are stopped in
 *    the reverse order.
 * 2. A start that fails leaves no process, and is not repeated. One that comes after a stop fails, and spawns nothing.
 * 3. Later, a worker that ends unasked is replaced by its policy, together with whom the strategy names. All that are
 *    restarted together are one round: those still alive are stopped, and then they start as in 1. A further failure among
 *    them ends the round and begins another, with the slots of both.
 * 4. A worker whose policy is `never` is not replaced for the sake of another either: it holds what would be lost.
 * 5. The table changes when a worker is discovered or gone, and everybody who is loaded is told, but not during the stop.
 * 6. A process is replaced while it works in this order: another is spawned beside it; when that can be dialled, the table gives
 *    it the slot and lists the old one as retiring; when it works, the old one finishes what began in it; when that is done and the
 *    assembler says that nobody waits for the old one any more, it is stopped. Before the table has changed a failure costs
 *    nothing; after that it is one of the slot. A round that holds the slot ends both: what is not in the slot leaves, and takes
 *    it no more.
 * 7. One slot is replaced at a time: who drains an old process asks its peers, and a peer that is replaced itself would answer for
 *    its new process only.
 * 8. After the first failure that supervision cannot mend everything is stopped. Nothing is restarted while that goes on.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type {
  EventName,
  Facts,
  MillraceError,
  SlotId,
  StopMode,
  Supervisor,
  WorkerEndpoint,
  WorkerSettings,
  WorkerSnapshot,
} from '@millrace/contracts'
import { createDeferred, type Deferred } from './deferred.js'
import { settledWithin } from './ending.js'
import { createEndpointRegistry } from './endpoint-registry.js'
import { createMemoryWatch, type MemoryWatch } from './memory-watch.js'
import { restartedWith } from './restart-strategy.js'
import { createSlot, type Slot, snapshotOf } from './slot.js'
import { notReplaced, restartsExhausted, startFailed, stoppedWhileStarting } from './supervision-failures.js'
import type { SupervisorParts, SupervisorSettings } from './supervisor-options.js'
import { noWorker } from './worker-failures.js'
import { WorkerProcess } from './worker-process.js'
import type { WorkerEnd } from './worker-process-parts.js'

type Phase = 'new' | 'starting' | 'running' | 'draining' | 'stopping' | 'stopped'

/** A process in the place of another. */
interface Replacement {
  readonly old: WorkerProcess
  readonly next: WorkerProcess
  readonly endpoint: WorkerEndpoint
}

/** Slots that are restarted together. */
interface Round {
  readonly slots: readonly Slot[]
  readonly abort: AbortController
}

/** The one implementation; `createSupervisor` makes it. */
export class ProcessSupervisor implements Supervisor {
  readonly #parts: Required<SupervisorParts>
  readonly #settings: SupervisorSettings
  readonly #slots: readonly Slot[]
  readonly #registry = createEndpointRegistry()
  /** All that are not gone, in whatever slot. */
  readonly #processes = new Set<WorkerProcess>()
  readonly #rounds = new Set<Round>()
  readonly #drains = new Set<Deferred<boolean>>()
  /** Slots that are replaced or wait for their turn, each as often. */
  readonly #replacing: Slot[] = []
  #turn: Promise<void> = Promise.resolve()
  readonly #failedWhileStarting = createDeferred<never>()
  /** The start is over, and whoever waited for it has gone on. */
  readonly #started = createDeferred<void>()
  readonly #abort = new AbortController()
  #phase: Phase = 'new'
  /** Whether `start` was called; a stop may have come before. */
  #isBegun = false
  #stopped: Promise<StopMode> | undefined
  #ended: Promise<StopMode> | undefined

  constructor(parts: SupervisorParts, settings: SupervisorSettings) {
    this.#parts = { clock: () => performance.now(), random: Math.random, ...parts }
    this.#settings = settings
    this.#slots = settings.workers.map((worker) => createSlot(worker, this.#parts.random, this.#watchMemory(worker)))
  }

  async start(own?: WorkerEndpoint): Promise<void> {
    if (this.#isBegun) throw new TypeError('A supervisor is started once; make another')
    this.#isBegun = true
    if (this.#phase !== 'new') throw stoppedWhileStarting()
    this.#phase = 'starting'
    if (own !== undefined) this.#registry.put([own])
    try {
      for (const slot of this.#slots) this.#spawn(slot, 'start')
      const running = this.#bringUp(this.#slots, this.#abort.signal, () => this.#parts.listener.ready())
      await Promise.race([running, this.#failedWhileStarting.promise])
      this.#abort.signal.throwIfAborted()
      this.#phase = 'running'
      setImmediate(() => this.#started.resolve())
    } catch (error) {
      await this.#end()
      throw startFailed(error)
    }
  }

  snapshot(): readonly WorkerSnapshot[] {
    return this.#slots.map(snapshotOf)
  }

  async ask(slot: SlotId, question: string, facts: unknown, timeoutMs: number): Promise<unknown> {
    const process = this.#slots.find(({ id }) => id === slot)?.process
    if (process === undefined) throw noWorker(slot)
    return await process.ask(question, facts, timeoutMs)
  }

  async replace(id: SlotId, reason: string): Promise<void> {
    const slot = this.#slots.find((one) => one.id === id)
    if (slot === undefined || !(this.#isWorkingAlone(slot) || this.#replacing.includes(slot))) throw noWorker(id)
    this.#replacing.push(slot)
    const replaced = this.#turn.then(() => this.#replaceNow(slot, reason))
    this.#turn = replaced.catch(() => undefined)
    try {
      await replaced
    } finally {
      this.#replacing.splice(this.#replacing.indexOf(slot), 1)
    }
  }

  async drain(timeoutMs: number): Promise<boolean> {
    if (this.#phase === 'running') {
      this.#phase = 'draining'
      for (const { process } of this.#slots) process?.drain()
    }
    if (this.#phase !== 'draining') return this.#phase === 'new'
    const drained = createDeferred<boolean>()
    this.#drains.add(drained)
    this.#checkDrained()
    const isSettled = await settledWithin(drained.promise, timeoutMs)
    this.#drains.delete(drained)
    return isSettled && (await drained.promise)
  }

  stop(): Promise<StopMode> {
    this.#stopped ??= this.#drainAndEnd()
    return this.#stopped
  }

  async kill(): Promise<void> {
    const ended = this.#end()
    for (const process of this.#processes) void process.kill()
    await ended
  }

  /** Whether its process works, nothing else is about to take its place, and nothing stops. */
  #isReplaceable(slot: Slot): boolean {
    return this.#isWorkingAlone(slot) && !this.#replacing.includes(slot)
  }

  async #replaceNow(slot: Slot, reason: string): Promise<void> {
    const old = slot.process
    if (old === undefined || !this.#isWorkingAlone(slot)) throw noWorker(slot.id)
    this.#emitOf('worker.replacing', slot, { reason })
    const next = this.#spawn(slot, reason, true)
    try {
      const endpoint = await next.discovered
      this.#move(slot, { old, next, endpoint })
      await next.ready
      await next.start()
    } catch (error) {
      void next.vacate(reason)
      if (slot.process !== old) void old.vacate(reason)
      throw notReplaced(this.#isOvertaken(slot, next) ? noWorker(slot.id) : error)
    }
    if (this.#phase === 'draining') next.drain()
    old.retire()
    const { gracefulMs } = this.#settings
    const moved = this.#parts.listener.moved({ slot: slot.id, incarnation: old.incarnation }, gracefulMs)
    const left = Promise.all([moved, settledWithin(old.drainSettled, gracefulMs)])
    await Promise.race([left, old.gone]) // nobody waits for what a restart has ended, or its own failure
    await old.vacate(reason)
    this.#emitOf('worker.replaced', slot, { reason })
  }

  #watchMemory(settings: WorkerSettings): MemoryWatch {
    const own = (): Slot | undefined => this.#slots.find(({ id }) => id === settings.slot)
    return createMemoryWatch(settings, {
      clock: this.#parts.clock,
      random: this.#parts.random,
      isReplaceable: (incarnation) => {
        const slot = own()
        return slot?.process?.incarnation === incarnation && this.#isReplaceable(slot)
      },
      isHolder: (incarnation) => {
        const slot = own()
        const isIn = slot?.process?.incarnation === incarnation && !this.#isRestarting(slot)
        return isIn && this.#phase === 'running'
      },
      replace: () => this.replace(settings.slot, 'memory'),
      emit: (name, facts) => {
        const slot = own()
        if (slot !== undefined) this.#emitOf(name, slot, facts)
      },
    })
  }

  #isWorkingAlone(slot: Slot): boolean {
    const isWorking = this.#phase === 'running' && slot.process?.phase === 'running'
    return isWorking && slot.next === undefined && !this.#isRestarting(slot)
  }

  #isRestarting(slot: Slot): boolean {
    return [...this.#rounds].some(({ slots }) => slots.includes(slot))
  }

  /** Whether a restart of its slot, and no failure of its own, keeps a process from taking it. */
  #isOvertaken(slot: Slot, next: WorkerProcess): boolean {
    return this.#isRestarting(slot) && next.phase !== 'failed'
  }

  /** Gives a slot to a process that can be dialled; the old one goes on until nobody waits for it. */
  #move(slot: Slot, { old, next, endpoint }: Replacement): void {
    // Either may have ended while this was waited for, and a restart would put another process in the place of both.
    const isPossible = slot.next === next && slot.process === old && this.#isWorking()
    if (!isPossible || this.#isRestarting(slot)) throw noWorker(slot.id)
    slot.process = next
    slot.next = undefined
    this.#registry.retire({ slot: slot.id, incarnation: old.incarnation })
    this.#registry.put([endpoint])
    this.#announce()
  }

  #spawn(slot: Slot, reason: string, beside = false): WorkerProcess {
    const { events, listener, clock } = this.#parts
    const incarnation = slot.incarnation + 1
    const bundle = listener.bundleOf(slot.id, incarnation, beside)
    for (const { key } of bundle.keys) events.redactor.protect(key)
    const process = new WorkerProcess({
      settings: slot.settings,
      bundle,
      program: this.#settings,
      events,
      clock,
      budgets: this.#settings,
      reason,
      told: (subject, facts) => listener.told(slot.id, subject, facts),
      measured: (rssBytes) => slot.memory.measured(incarnation, rssBytes),
    })
    slot.incarnation = incarnation
    this.#processes.add(process)
    if (beside) slot.next = process
    else slot.process = process
    void process.drainSettled.then(() => this.#checkDrained())
    void process.gone.then((end) => this.#gone(slot, process, end))
    return process
  }

  /** Makes what was spawned run. @throws MillraceError what kept one of them from it */
  async #bringUp(slots: readonly Slot[], signal: AbortSignal, allReady?: () => Promise<void>): Promise<void> {
    const processes = slots.flatMap(({ process }) => process ?? [])
    const endpoints = await Promise.all(processes.map(({ discovered }) => discovered))
    signal.throwIfAborted()
    this.#registry.put(endpoints)
    this.#announce()
    await Promise.all(processes.map(({ ready }) => ready))
    await allReady?.()
    for (const process of processes) {
      signal.throwIfAborted()
      await process.start()
      if (this.#phase === 'draining') process.drain()
    }
  }

  #announce(): void {
    const { table } = this.#registry
    for (const process of this.#processes) process.connect(table)
    this.#parts.listener.endpoints(table)
  }

  #gone(slot: Slot, process: WorkerProcess, { failure, clean }: WorkerEnd): void {
    this.#processes.delete(process)
    if (slot.next === process) slot.next = undefined
    const isKnown = this.#registry.remove(slot.id, process.incarnation)
    if (this.#isEnding()) return
    if (isKnown) this.#announce()
    // One that retires, or has not taken the slot yet, leaves no hole.
    if (failure === undefined || process !== slot.process) return
    if (this.#phase !== 'starting') return this.#replaceOrGiveUp(slot, { failure, clean })
    if (!process.hasBegun) return this.#failedWhileStarting.reject(failure)
    void this.#started.promise.then(() => this.#replaceOrGiveUp(slot, { failure, clean }))
  }

  #replaceOrGiveUp(slot: Slot, { failure, clean }: { readonly failure: MillraceError; readonly clean: boolean }): void {
    if (this.#isEnding()) return
    const verdict = slot.budget.judge(clean ? 'clean' : 'failed', this.#parts.clock())
    switch (verdict.kind) {
      case 'restart':
        return this.#restart(slot, verdict.delayMs, failure)
      case 'refused':
        return this.#giveUp(failure)
      case 'exhausted':
        return this.#giveUp(restartsExhausted(slot, verdict.restarts, failure))
    }
  }

  #restart(failed: Slot, delayMs: number, failure: MillraceError): void {
    const affected = new Set(restartedWith(this.#settings.strategy, this.#slots, failed))
    for (const round of this.#rounds) {
      if (!round.slots.some((slot) => affected.has(slot))) continue
      this.#abandon(round)
      for (const slot of round.slots) affected.add(slot)
    }
    const slots = this.#slots.filter((slot) => affected.has(slot))
    const irreplaceable = slots.find((slot) => slot !== failed && slot.settings.restart.policy === 'never')
    if (irreplaceable !== undefined) return this.#giveUp(failure)
    const round = { slots, abort: new AbortController() }
    this.#rounds.add(round)
    void this.#runRound(round, delayMs, `${failed.id}: ${failure.code}`)
  }

  async #runRound(round: Round, delayMs: number, reason: string): Promise<void> {
    const { slots, abort } = round
    try {
      for (const slot of slots) this.#vacateBeside(slot, reason)
      for (const { process } of [...slots].reverse()) {
        await process?.vacate(reason)
        abort.signal.throwIfAborted()
      }
      for (const slot of slots) this.#emitRestarting(slot, delayMs, reason)
      await delay(delayMs, undefined, { signal: abort.signal })
      this.#respawn(slots)
      await this.#bringUp(slots, abort.signal)
      this.#rounds.delete(round)
    } catch {
      // One of its workers failed, and #gone begins the next round with the slots of this one; or everything is stopped.
    }
  }

  /** Ends whoever was to take a slot, or has left it and finishes what began there. */
  #vacateBeside(slot: Slot, reason: string): void {
    for (const process of this.#processes)
      if (process.slot === slot.id && process !== slot.process) void process.vacate(reason)
  }

  #respawn(slots: readonly Slot[]): void {
    try {
      for (const slot of slots) {
        this.#spawn(slot, 'restart')
        slot.restarts++
      }
    } catch (error) {
      this.#giveUp(startFailed(error))
    }
  }

  #emitRestarting(slot: Slot, delayMs: number, reason: string): void {
    this.#emitOf('worker.restarting', slot, { incarnation: slot.incarnation + 1, delayMs, reason })
  }

  #emitOf(name: EventName, { id, settings, incarnation }: Slot, facts: Facts): void {
    this.#parts.events.emit(name, { group: settings.group, worker: id, incarnation, ...facts })
  }

  #abandon(round: Round): void {
    this.#rounds.delete(round)
    round.abort.abort()
  }

  /** Supervision has failed. */
  #giveUp(failure: MillraceError): void {
    if (this.#isEnding()) return
    void this.#end()
    this.#parts.listener.failed(failure)
  }

  #checkDrained(): void {
    const reports = this.#slots.map(({ process }) => process?.drainReport)
    if (reports.includes(undefined)) return
    for (const drained of this.#drains) drained.resolve(!reports.includes(false))
  }

  async #drainAndEnd(): Promise<StopMode> {
    if (this.#phase === 'running') await this.drain(this.#settings.gracefulMs)
    return await this.#end()
  }

  #end(): Promise<StopMode> {
    this.#ended ??= this.#endAll()
    return this.#ended
  }

  async #endAll(): Promise<StopMode> {
    this.#phase = 'stopping'
    this.#abort.abort(stoppedWhileStarting())
    for (const round of this.#rounds) this.#abandon(round)
    for (const drained of this.#drains) drained.resolve(false)
    for (const { memory } of this.#slots) memory.end()
    let mode: StopMode = 'graceful'
    for (const { process, next } of [...this.#slots].reverse()) {
      const [end] = await Promise.all([process?.stop('stop'), next?.stop('stop')])
      if (end?.mode === 'forced') mode = 'forced'
    }
    await Promise.all([...this.#processes].map((retiring) => retiring.stop('stop')))
    this.#phase = 'stopped'
    return mode
  }

  #isWorking(): boolean {
    return this.#phase === 'running' || this.#phase === 'draining'
  }

  #isEnding(): boolean {
    return this.#phase === 'stopping' || this.#phase === 'stopped'
  }
}
