import {
  isMessage,
  type Message,
  MillraceError,
  type RootStart,
  type SourceDefinition,
  type Tracing,
} from '@millrace/contracts'
import { estimateBytes } from '../payload/size-limit.js'
import { Domain, noMoreRoots } from '../runner/domain.js'
import { nextAsyncStep, nextStep, type Step, Thrown } from '../runner/next-step.js'
import { Root, type RootOwner } from '../runner/root.js'
import type { Route } from '../runner/route.js'
import type { Runner } from '../runner/runner.js'
import type { Work } from '../runner/work.js'
import type { InFlight } from './in-flight.js'
import type { LowWater } from './low-water.js'

/** Where the messages of one type that a source emits go, and the check they pass on entry. */
export interface SourceRoute {
  readonly route: Route
  readonly check: (payload: unknown) => unknown
}

/** What a source at work is made of. */
export interface SourcePumpParts {
  readonly definition: SourceDefinition
  /** Calls the source's `read`. */
  readonly read: () => Iterable<unknown> | AsyncIterable<unknown>
  /** In the order of the types that the source emits. */
  readonly routes: readonly SourceRoute[]
  readonly runner: Runner
  readonly inFlight: InFlight
  /** False where sinks take what comes: then its roots belong to no domain. */
  readonly ordered: boolean
  /** Hears, once, that nothing more will come and nothing is left; with the failure that ended it, if any. */
  readonly ended: (error: MillraceError | undefined) => void
  /** Hears of the failure at once, when work of it may still be finishing. */
  readonly failed: (error: MillraceError, root: Root | undefined) => void
  /** Hears of the pump's domain before its first root, and when nothing of it is left. */
  readonly domain: { readonly opened: (domain: Domain) => void; readonly closed: (domain: Domain) => void }
  /** Number of the first root: how many an interrupted run had sent that need not be sent again. */
  readonly from: number
  /** Keeps account of what is done, so that a later process can go on; undefined where none will. */
  readonly lowWater: LowWater | undefined
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** A reply type without a consumer came to the end of a root that nobody waits for. */
  readonly unclaimed: (type: number) => void
}

type PumpPhase = 'idle' | 'scheduled' | 'reading' | 'exhausted' | 'ended'

/**
 * Pulls a source and sends what it yields into the graph, each message a root.
 *
 * P1  Nothing is pulled while as many roots are in flight as admission allows.
 * P2  The next batch is asked for before this one is worked on, so that reading and work overlap.
 * P3  When a root fails, the source is told by `return()`, later roots are given up, and earlier ones are finished: what the
 *     sinks have got is whole up to the failure.
 */
export class SourcePump implements Work, RootOwner {
  readonly #parts: SourcePumpParts
  readonly #start: RootStart
  readonly #domain: Domain | undefined
  readonly #pending = new Set<Root>()
  #phase: PumpPhase = 'idle'
  #iterator:
    | { readonly kind: 'sync'; readonly pull: Iterator<unknown> }
    | { readonly kind: 'async'; readonly pull: AsyncIterator<unknown> }
    | undefined
  #next: Promise<Step> | undefined
  #batch: readonly unknown[] = []
  #at = 0
  #seq: number
  #failure: MillraceError | undefined
  /** Number of the first root that has failed. */
  #failedFrom: number = Number.POSITIVE_INFINITY
  /** A root is on the stack. */
  #entering = false
  /** Used for one root after the other as long as each is done before its call returns. */
  #spare: Root | undefined

  constructor(parts: SourcePumpParts) {
    this.#parts = parts
    this.#start = { kind: 'source', name: parts.definition.name, traceId: undefined, parent: undefined }
    this.#domain = parts.ordered ? new Domain(parts.runner.loop.dirty) : undefined
    this.#seq = parts.from
    if (this.#domain !== undefined) this.#domain.frontier = parts.from
  }

  /** How many roots it has sent, those of an interrupted run included. */
  get roots(): number {
    return this.#seq
  }

  /** Begins to read, unless it was stopped before. */
  start(): void {
    if (this.#phase !== 'idle') return
    if (this.#domain !== undefined) this.#parts.domain.opened(this.#domain)
    try {
      const stream = this.#parts.read()
      this.#iterator =
        Symbol.asyncIterator in stream
          ? { kind: 'async', pull: stream[Symbol.asyncIterator]() }
          : { kind: 'sync', pull: stream[Symbol.iterator]() }
    } catch (thrown) {
      return this.#sourceFailed(thrown)
    }
    if (this.#phase === 'idle') this.#schedule()
    else this.#tellSource() // `read` has stopped the runtime
  }

  /** Ends it early: nothing more is pulled, what is in flight is finished. */
  stop(reason: MillraceError): void {
    if (this.#phase === 'exhausted' || this.#phase === 'ended') return
    this.#failure ??= reason
    this.#exhaust()
  }

  run(): void {
    if (this.#phase !== 'scheduled') return
    const { runner, inFlight } = this.#parts
    for (;;) {
      while (this.#at < this.#batch.length) {
        if (inFlight.full) return this.#block()
        if (runner.loop.sliceOver()) return this.#schedule()
        this.#enter(this.#batch[this.#at++])
        if (this.#phase !== 'scheduled') return
      }
      if (!this.#nextBatch()) return
    }
  }

  reply(_root: Root, type: number): void {
    this.#parts.unclaimed(type)
  }

  replied(_root: Root, type: number): void {
    this.#parts.unclaimed(type)
  }

  failed(root: Root, error: MillraceError): void {
    if (this.#failure === undefined) this.#fail(error, root)
    else this.#failLater(root, error)
  }

  ended(root: Root): void {
    if (this.#pending.size === 0 || !this.#pending.delete(root)) return
    this.#parts.inFlight.remove(root)
    if (root.failure === undefined) this.#parts.lowWater?.ended(root.seq)
    else this.#parts.lowWater?.stop()
    this.#endIfDone()
  }

  #enter(message: unknown): void {
    const entry = this.#routeOf(message)
    if (entry === undefined) return
    const { payload } = message as Message // it has a route
    let checked: unknown
    try {
      checked = entry.check(payload)
    } catch (thrown) {
      return this.#sourceFailed(thrown)
    }
    const root = this.#nextRoot()
    if (this.#parts.tracing !== undefined) root.record(this.#parts.tracing.root(this.#start))
    this.#entering = true
    this.#parts.runner.enter(root, entry.route, checked)
    this.#domain?.entered(this.#seq)
    this.#entering = false
    if (root.parts > 0) {
      this.#pending.add(root)
      this.#parts.inFlight.add(root, estimateBytes(checked))
      this.#parts.lowWater?.entered()
    } else {
      if (root.fresh) this.#spare = root
      this.#endIfDone()
    }
  }

  #nextRoot(): Root {
    const root = this.#spare
    this.#spare = undefined
    if (root === undefined) return new Root(this, this.#domain, this.#seq++)
    root.reuse(this.#seq++)
    return root
  }

  #routeOf(message: unknown): SourceRoute | undefined {
    if (isMessage(message))
      for (const entry of this.#parts.routes)
        if (entry.route.messageType === message.type || entry.route.messageType.name === message.type.name) return entry
    const { name, emits } = this.#parts.definition
    const allowed = emits.map((type) => type.name).join(', ')
    this.#sourceFailed(
      new MillraceError(
        'NODE_EMITS_UNDECLARED',
        `source '${name}' yielded something that is no message; yield Type.of(payload) of ${allowed}`,
        { facts: { node: name } },
      ),
    )
    return undefined
  }

  /** Takes the next batch if there is one now. @returns false where it has to wait, or there is none */
  #nextBatch(): boolean {
    const iterator = this.#iterator
    if (iterator === undefined) return false
    if (iterator.kind === 'async') {
      this.#awaitBatch(iterator.pull)
      return false
    }
    return this.#take(nextStep(iterator.pull))
  }

  #awaitBatch(pull: AsyncIterator<unknown>): void {
    this.#phase = 'reading'
    const next = this.#next ?? nextAsyncStep(pull)
    this.#next = undefined
    void next.then((step) => this.#arrived(step, pull))
  }

  #arrived(step: Step, pull: AsyncIterator<unknown>): void {
    if (this.#phase !== 'reading' || !this.#take(step)) return
    this.#next = nextAsyncStep(pull)
    this.#schedule()
  }

  #take(step: Step): boolean {
    if (step instanceof Thrown) {
      this.#sourceFailed(step.thrown)
      return false
    }
    if (step.done === true) {
      this.#parts.lowWater?.exhausted(this.#seq)
      this.#exhaust()
      return false
    }
    this.#parts.lowWater?.batch(this.#seq)
    this.#batch = Array.isArray(step.value) ? step.value : [step.value]
    this.#at = 0
    return true
  }

  #schedule(): void {
    this.#phase = 'scheduled'
    this.#parts.runner.loop.push(this)
  }

  #block(): void {
    this.#phase = 'scheduled'
    this.#parts.inFlight.block(this)
  }

  #sourceFailed(thrown: unknown): void {
    const { name } = this.#parts.definition
    this.#fail(
      MillraceError.from(thrown, 'SOURCE_FAILED', `source '${name}' could not be read on`, { node: name }),
      undefined,
    )
  }

  #fail(error: MillraceError, root: Root | undefined): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    if (root !== undefined) this.#parts.lowWater?.stop()
    this.#parts.failed(error, root)
    if (root !== undefined) this.#failLater(root, error)
    this.#exhaust()
  }

  /** Nothing passes that comes after a root which has failed (D6), so all that does ends, also where others have failed before. */
  #failLater(root: Root, error: MillraceError): void {
    if (root.seq >= this.#failedFrom) return
    this.#failedFrom = root.seq
    for (const later of this.#pending) if (later.seq > root.seq) later.fail(error)
  }

  #exhaust(): void {
    if (this.#phase === 'exhausted' || this.#phase === 'ended') return
    const told = this.#failure !== undefined
    this.#phase = 'exhausted'
    this.#batch = []
    this.#at = 0
    this.#domain?.entered(noMoreRoots)
    if (told) this.#tellSource()
    this.#endIfDone()
  }

  #tellSource(): void {
    try {
      void Promise.resolve(this.#iterator?.pull.return?.()).catch(ignore)
    } catch {
      // The failure that ended the source is the one to report.
    }
  }

  #endIfDone(): void {
    if (this.#phase !== 'exhausted' || this.#entering || this.#pending.size > 0) return
    this.#phase = 'ended'
    if (this.#domain !== undefined) this.#parts.domain.closed(this.#domain)
    this.#parts.ended(this.#failure)
  }
}

/** A source that was told to end has ended by a known failure. */
function ignore(): void {}
