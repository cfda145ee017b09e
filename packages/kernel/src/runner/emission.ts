import type { MillraceError, Position, Span } from '@millrace/contracts'
import type { Hold } from './domain.js'
import type { Kept } from './journal.js'
import { isStep, nextStep, noStep } from './next-step.js'
import type { NodeRun } from './node-run.js'
import type { Root } from './root.js'
import type { Route } from './route.js'
import type { Runner } from './runner.js'
import { Subtree } from './subtree.js'
import type { Work } from './work.js'

/** How many messages of one iterable may be unfinished before it is pulled again. */
export const emissionCredit = 16

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
 */
export class Emission extends Subtree implements Work {
  readonly root: Root
  readonly #parts: EmissionParts
  #phase: EmissionPhase = 'pulling'
  #prefix: number[] | undefined
  #depth = 0
  #child = 0
  #hold: Hold | undefined
  #step: IteratorResult<unknown> | undefined
  #error: { readonly thrown: unknown } | undefined
  #forgetFailure: (() => void) | undefined
  #keepsPlace = false

  constructor(parts: EmissionParts) {
    super()
    this.#parts = parts
    this.root = parts.parent.root
    parts.parent.add()
  }

  /** Starts to pull at the position that the runner's path has up to `depth`. */
  start(depth: number): void {
    this.#depth = depth
    if (this.#parts.pull.kind === 'sync') return this.#pullSync(this.#parts.pull.iterator, depth)
    this.#leaveStack(depth)
    this.#pullAsync(this.#parts.pull.iterator, depth)
  }

  /** Starts in its turn, at a position. */
  startLater(position: Position): void {
    this.#prefix = [...position]
    this.#forgetFailure = this.root.onFailure(() => this.#wakeToFail())
    this.#hold = this.#parts.runner.hold(this.#parts.run, this.root, [...position, 0])
    this.#schedule()
  }

  run(): void {
    if (this.#phase !== 'scheduled') return
    this.#phase = 'pulling'
    const depth = this.#enterStack()
    const { pull } = this.#parts
    if (this.#error !== undefined) return this.#failed(this.#error.thrown, depth)
    if (pull.kind === 'sync') return this.#pullSync(pull.iterator, depth)
    this.#takeStep(depth)
    if (this.#phase !== 'pulling') return
    this.#leaveStack(depth)
    this.#pullAsync(pull.iterator, depth)
  }

  protected override eased(): void {
    if (this.#phase === 'paused' && this.parts <= emissionCredit) this.#schedule()
  }

  protected override ended(): void {
    this.#parts.parent.partDone()
  }

  #pullSync(iterator: Iterator<unknown>, depth: number): void {
    const { runner } = this.#parts
    while (!this.#isOver(depth)) {
      if (this.parts > emissionCredit) return this.#pause(depth)
      if (runner.loop.sliceOver()) {
        this.#leaveStack(depth)
        return this.#schedule()
      }
      let step: IteratorResult<unknown>
      try {
        step = iterator.next()
      } catch (thrown) {
        return this.#failed(thrown, depth)
      }
      if (!isStep(step)) return this.#failed(noStep(), depth)
      if (step.done === true) return this.#finish()
      this.#child = runner.emit(this.#parts.run, step.value, this, depth, this.#child)
    }
    this.#abandon()
  }

  #pullAsync(iterator: AsyncIterator<unknown>, depth: number): void {
    if (this.#isOver(depth)) return this.#abandon()
    if (this.parts > emissionCredit) {
      this.#phase = 'paused'
      return
    }
    this.#phase = 'awaiting'
    this.#takePlace()
    nextStep(iterator).then(
      (step) => this.#stepped(step, isStep(step) ? undefined : { thrown: noStep() }),
      (thrown: unknown) => this.#stepped(undefined, { thrown }),
    )
  }

  #stepped(step: IteratorResult<unknown> | undefined, error: { readonly thrown: unknown } | undefined): void {
    this.#step = step
    this.#error = error
    if (!this.#parts.run.ordered) this.#givePlace()
    if (this.#phase === 'awaiting') this.#schedule()
  }

  /** Emits what the asynchronous iterable gave; nothing when it was woken from a pause. */
  #takeStep(depth: number): void {
    const step = this.#step
    this.#step = undefined
    if (step?.done === true) return this.#finish()
    if (this.#isOver(depth)) return this.#abandon()
    if (step !== undefined) this.#child = this.#parts.runner.emit(this.#parts.run, step.value, this, depth, this.#child)
  }

  #pause(depth: number): void {
    this.#leaveStack(depth)
    this.#phase = 'paused'
  }

  #schedule(): void {
    this.#phase = 'scheduled'
    this.#parts.runner.loop.push(this)
  }

  #leaveStack(depth: number): void {
    const { run, runner } = this.#parts
    if (this.#prefix === undefined) {
      this.#prefix = runner.position(depth)
      if (run.ordered && !this.#parts.handlerEnded) this.#takePlace()
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
    this.#tellIterable()
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
    this.#phase = 'ended'
    if (!failed && !this.#parts.handlerEnded) this.#handlerEnded()
    this.#parts.runner.end(this.#parts.kept, this.root)
    this.#forgetFailure?.()
    this.#parts.runner.release(this.root, this.#hold)
    this.#hold = undefined
    this.#givePlace()
    this.partDone()
  }

  #handlerEnded(): void {
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
