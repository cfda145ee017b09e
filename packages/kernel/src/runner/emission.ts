import type { MillraceError, Position, Span, WorkQueue } from '@millrace/contracts'
import type { Hold } from './domain.js'
import { itemsOf } from './items-of.js'
import type { Kept } from './journal.js'
import { nextAsyncStep, nextStep, type Step, Thrown } from './next-step.js'
import type { NodeRun } from './node-run.js'
import type { Root } from './root.js'
import type { Route } from './route.js'
import type { Runner } from './runner.js'
import { Subtree } from './subtree.js'
import type { Work } from './work.js'

/** How many messages of one iterable may be unfinished before it is pulled again. */
export const emissionCredit = 16

/** For how long nothing of a paused iterable is finished before it is taken to be stalled, in milliseconds. */
const stalledMs = 1000

/** How many messages are made ahead in a stream request, where it may be its reader who holds it up. */
const mostAheadOfReader = 4096

/** What a handler's iterable is asked for its next message by. */
export type Pull =
  | { readonly kind: 'sync'; readonly iterator: Iterator<unknown> }
  | { readonly kind: 'async'; readonly iterator: AsyncIterator<unknown> }

/** A handler that still emits, and what came of it. */
export interface EmissionParts {
  readonly runner: Runner
  readonly run: NodeRun
  /** What the handler was called with; undefined where an earlier process has called it. */
  readonly message: { readonly route: Route; readonly payload: unknown } | undefined
  readonly parent: Subtree
  readonly pull: Pull
  /** Whether the handler has ended already and its messages only have to be sent. */
  readonly handlerEnded: boolean
  /** Of the handler; undefined where nothing is traced. */
  readonly span: Span | undefined
  /** Where the message, or the rest of the list, is kept for a later process; undefined where that is not needed. */
  readonly kept: Kept | undefined
}

type EmissionPhase =
  /** On the stack. */
  | 'pulling'
  /** As many messages as the credit allows are unfinished. */
  | 'paused'
  /** Among the runner's work. */
  | 'scheduled'
  /** The iterable works on its next message. */
  | 'awaiting'
  | 'ended'

/**
 * Pulls the messages out of a handler's iterable, as long as fewer than sixteen of them are unfinished.
 *
 * E1  While it is off the stack it holds the position of its next child, so that what it has emitted may pass in order.
 * E2  A handler that works on its next message keeps its node's place, and in an ordered node until its end. One that is paused
 *     elsewhere gives the place up: what it waits for may have to pass this very node. The messages of a list keep no place,
 *     since their handler has ended.
 * E3  When its root fails, the iterable is told by `return()` and nothing more is pulled.
 * E4  What the iterable throws stands after all that it has given: at the position of its next child.
 * E5  Nothing is pulled any more that would come after a failure which stands (D8).
 * E6  What a paused handler of an ordered node waits for may itself wait for that node, by way of another order domain. So where
 *     messages of others wait for the place and nothing of the iterable is finished for a while, the rest is made ahead until
 *     the handler ends and gives the place up; it is sent as credit allows.
 */
export class Emission extends Subtree implements Work {
  readonly root: Root
  readonly #parts: EmissionParts
  #phase: EmissionPhase = 'pulling'
  #prefix: number[] | undefined
  #depth = 0
  #child = 0
  #hold: Hold | undefined
  /** What the iterable gave that is not looked at yet. */
  #step: Step | undefined
  #forgetFailure: (() => void) | undefined
  #keepsPlace = false
  /** Made ahead; undefined where that was never needed (E6). */
  #ahead: WorkQueue<unknown> | undefined
  /** How the iterable has ended, while some of what it gave is not sent. */
  #end: Step | undefined
  #stall: NodeJS.Timeout | undefined
  #isStalled = false
  #handlerEnded: boolean
  #keptAhead: Kept | undefined

  constructor(parts: EmissionParts) {
    super()
    this.#parts = parts
    this.#handlerEnded = parts.handlerEnded
    this.root = parts.parent.root
    parts.parent.add()
  }

  /** Starts to pull at the position that the runner's path has up to `depth`. */
  start(depth: number): void {
    this.#depth = depth
    this.#pull(depth)
  }

  /** Starts in its turn. @param child the number of its first child, at a position */
  startLater(position: Position, child: number): void {
    this.#prefix = [...position]
    this.#child = child
    this.#forgetFailure = this.root.onFailure(() => this.#wakeToFail())
    this.#hold = this.#parts.runner.hold(this.#parts.run, this.root, [...position, child])
    this.#schedule()
  }

  run(): void {
    if (this.#phase !== 'scheduled') return
    this.#phase = 'pulling'
    this.#pull(this.#enterStack())
  }

  /** Others wait for the place that it keeps. */
  wanted(): void {
    if (this.#isStalled || this.#phase !== 'paused') return
    this.#stall ??= setTimeout(() => this.#stalled(), stalledMs)
  }

  /** Messages of its own domain come after it, and nothing that it waits for can wait for them. */
  #stalled(): void {
    this.#stall = undefined
    if (!this.#parts.run.keepsOthersThan(this.root.domain)) return
    this.#isStalled = true
    this.#schedule()
  }

  protected override eased(): void {
    if (this.parts > emissionCredit) return void this.#stall?.refresh()
    this.#isStalled = false
    if (this.#phase === 'paused') this.#schedule()
  }

  protected override ended(): void {
    this.#parts.parent.partDone()
  }

  #pull(depth: number): void {
    const { loop } = this.#parts.runner
    while (!this.#isOver(depth)) {
      const mayEmit = this.parts <= emissionCredit
      if (!mayEmit && !this.#mayMakeAhead()) return this.#pause(depth)
      if (loop.sliceOver()) {
        this.#leaveStack(depth)
        return this.#schedule()
      }
      if (mayEmit && this.#ahead !== undefined && this.#ahead.length > 0) this.#emit(this.#ahead.shift(), depth)
      else {
        const step = this.#end ?? this.#next(depth)
        if (step === undefined || !this.#take(step, depth)) return
      }
    }
    this.#abandon()
  }

  /** What the iterable gives next; undefined where it works on that. */
  #next(depth: number): Step | undefined {
    const { pull } = this.#parts
    if (pull.kind === 'sync') return nextStep(pull.iterator)
    const step = this.#step
    this.#step = undefined
    if (step === undefined) this.#await(pull.iterator, depth)
    return step
  }

  #await(iterator: AsyncIterator<unknown>, depth: number): void {
    this.#leaveStack(depth)
    this.#phase = 'awaiting'
    this.#takePlace()
    void nextAsyncStep(iterator).then((step) => {
      this.#step = step
      if (!this.#parts.run.ordered) this.#givePlace()
      if (this.#phase === 'awaiting') this.#schedule()
    })
  }

  /** Takes what the iterable gave. @returns whether anything is left to be done */
  #take(step: Step, depth: number): boolean {
    if (step.done === true) return this.#takeEnd(step, depth)
    if (this.parts > emissionCredit) {
      this.#ahead ??= this.#parts.runner.createQueue()
      this.#ahead.push(step.value)
    } else this.#emit(step.value, depth)
    return true
  }

  #takeEnd(step: Step, depth: number): boolean {
    if (this.#ahead !== undefined && this.#ahead.length > 0) {
      this.#end = step
      this.#leaveNode(step, this.#ahead)
      return true
    }
    if (step instanceof Thrown) this.#failed(step.thrown, depth)
    else this.#finish()
    return false
  }

  /** The handler has ended before all that it gave is sent. */
  #leaveNode(end: Step, ahead: WorkQueue<unknown>): void {
    const { run } = this.#parts
    if (!(end instanceof Thrown)) {
      this.#keptAhead = run.journal?.keepList({
        run,
        root: this.root,
        position: this.#prefix ?? [],
        child: this.#child,
        messages: itemsOf(ahead),
      })
      this.#endHandler()
    } else if (run.journal !== undefined) return // it is recorded when its failure takes effect, and in its turn
    this.#givePlace()
  }

  #emit(message: unknown, depth: number): void {
    this.#child = this.#parts.runner.emit(this.#parts.run, message, this, depth, this.#child)
  }

  #mayMakeAhead(): boolean {
    if (!this.#isStalled || this.#end !== undefined) return false
    return this.root.domain?.isRun === true || (this.#ahead?.length ?? 0) < mostAheadOfReader
  }

  #pause(depth: number): void {
    this.#leaveStack(depth)
    this.#phase = 'paused'
    if (!this.#keepsPlace || this.root.domain === undefined) return
    const { run } = this.#parts
    run.paused = this
    if (run.queue.length > 0) this.wanted()
  }

  #schedule(): void {
    this.#endPause()
    this.#phase = 'scheduled'
    this.#parts.runner.loop.push(this)
  }

  #endPause(): void {
    const { run } = this.#parts
    if (run.paused === this) run.paused = undefined
    clearTimeout(this.#stall)
    this.#stall = undefined
  }

  #leaveStack(depth: number): void {
    const { run, runner } = this.#parts
    if (this.#prefix === undefined) {
      this.#prefix = runner.position(depth)
      if (run.ordered && !this.#handlerEnded) this.#takePlace()
      this.#forgetFailure = this.root.onFailure(() => this.#wakeToFail())
    }
    this.#hold = runner.hold(run, this.root, [...this.#prefix, this.#child])
  }

  #enterStack(): number {
    const { runner } = this.#parts
    runner.release(this.root, this.#hold)
    this.#hold = undefined
    runner.cause = this.#parts.span
    return runner.restore(this.#prefix ?? [])
  }

  /** The root failed: a paused iterable is ended now; one that is at work is asked to, and ends when it answers. */
  #wakeToFail(): void {
    if (this.#phase === 'paused') this.#schedule()
    else if (this.#phase === 'awaiting') this.#tellIterable()
  }

  #failed(thrown: unknown, depth: number): void {
    const { runner, run, message, span } = this.#parts
    const position = runner.position(depth)
    if (message !== undefined)
      runner.handlerFailed(run, thrown, {
        ...message,
        root: this.root,
        subtree: this,
        position,
        failedAt: [...position, this.#child],
        span,
      })
    this.#finish(true)
  }

  /** Whether nothing more is made of what the iterable would give. */
  #isOver(depth: number): boolean {
    return this.#parts.runner.isGivenUpAt(this.root, depth, this.#child)
  }

  #abandon(): void {
    if (this.#end === undefined && this.#step?.done !== true) this.#tellIterable()
    this.#finish()
  }

  #tellIterable(): void {
    const { iterator } = this.#parts.pull
    try {
      void Promise.resolve(iterator.return?.()).catch(ignore)
    } catch {
      // The root has failed already, and the first failure counts.
    }
  }

  #finish(failed = false): void {
    const { runner, kept } = this.#parts
    this.#phase = 'ended'
    if (!failed) this.#endHandler()
    runner.end(kept, this.root)
    runner.end(this.#keptAhead, this.root)
    this.#forgetFailure?.()
    runner.release(this.root, this.#hold)
    this.#hold = undefined
    this.#givePlace()
    this.partDone()
  }

  #endHandler(): void {
    if (this.#handlerEnded) return
    this.#handlerEnded = true
    const { runner, run, span } = this.#parts
    span?.end(this.root.failure)
    if (run.journal === undefined || this.root.failure !== undefined) return
    run.journal.handled(run.index, this.root, this.#prefix ?? runner.position(this.#depth))
  }

  #takePlace(): void {
    if (this.#keepsPlace) return
    this.#keepsPlace = true
    this.#parts.run.active++
  }

  #givePlace(): void {
    if (!this.#keepsPlace) return
    this.#keepsPlace = false
    this.#parts.run.free()
  }
}

/** The root has failed already, and the first failure counts. */
function ignore(_error: MillraceError): void {}
