import type { ErrorCode, MessageType, OnError, WorkQueue } from '@millrace/contracts'
import type { Domain } from './domain.js'
import type { HandledOnce } from './handled-once.js'
import type { Invocation } from './invocation.js'
import { itemsOf } from './items-of.js'
import type { Journal } from './journal.js'
import type { Route } from './route.js'
import type { Runner } from './runner.js'
import type { Task } from './task.js'
import type { Work } from './work.js'

/** What it is called when code of a node throws. */
export interface NodeFailure {
  readonly code: ErrorCode
  /** What could not be done. */
  readonly what: string
}

/** What the runner must know of a node to run it. */
export interface NodeRunParts {
  readonly index: number
  readonly name: string
  /** Calls the handler, or the open sink. Whatever it returns is an emission. */
  readonly handle: (payload: unknown, context: unknown) => unknown
  readonly ordered: boolean
  readonly concurrency: number
  readonly onError: OnError
  /** What its failures are: a sink's are told from a handler's. */
  readonly failure: NodeFailure
  /** Indices of the nodes a message can pass before this one, for its watermark. */
  readonly upstream: readonly number[]
  /** Whether something ordered may come after it, so that what it holds must be known. */
  readonly tracked: boolean
  /** Whether its calls are spans of their own. */
  readonly traced: boolean
  readonly newInvocation: () => Invocation
  readonly queue: WorkQueue<Task>
  /** Records what it handles; undefined for a node whose work may be done again. */
  readonly journal?: Journal | undefined
  /** Tells repeats of single requests; undefined where none can come. */
  readonly once?: HandledOnce | undefined
}

/** A node at work: its places, its queue, its counters. It is itself the work of emptying the queue. */
export class NodeRun implements Work {
  readonly kind = 'local'
  readonly index: number
  readonly name: string
  readonly handle: (payload: unknown, context: unknown) => unknown
  readonly ordered: boolean
  /** How many asynchronous handlers may run at once; 1 for an ordered node. */
  readonly places: number
  readonly onError: OnError
  readonly failure: NodeFailure
  readonly upstream: readonly number[]
  readonly tracked: boolean
  readonly traced: boolean
  readonly newInvocation: () => Invocation
  readonly queue: WorkQueue<Task>
  readonly stateful: boolean
  readonly journal: Journal | undefined
  readonly once: HandledOnce | undefined
  /** Asynchronous handlers at work. */
  active = 0
  /** The emission that keeps the place of an ordered node while it is paused. */
  paused: { wanted(): void } | undefined
  /** Whether it waits among the runner's work to have its queue emptied. */
  scheduled = false
  /** Messages whose handler was called. */
  handled = 0
  /** For the next synchronous call. */
  invocation: Invocation
  #routes: readonly Route[] = []
  #types: readonly MessageType[] = []
  readonly #runner: Runner

  constructor(runner: Runner, parts: NodeRunParts) {
    this.#runner = runner
    this.index = parts.index
    this.name = parts.name
    this.handle = parts.handle
    this.ordered = parts.ordered
    this.places = parts.ordered ? 1 : parts.concurrency
    this.onError = parts.onError
    this.failure = parts.failure
    this.upstream = parts.upstream
    this.tracked = parts.tracked
    this.traced = parts.traced
    this.newInvocation = parts.newInvocation
    this.queue = parts.queue
    this.journal = parts.journal
    this.once = parts.once
    this.invocation = parts.newInvocation()
    this.stateful = this.invocation.state !== undefined
  }

  /** Tells the node where its messages go. */
  connect(routes: readonly Route[]): void {
    this.#routes = routes
    this.#types = routes.map((route) => route.messageType)
  }

  /** The route of a type that the node declares; undefined for any other. */
  routeOf(type: MessageType | undefined): Route | undefined {
    const types = this.#types
    for (let index = 0; index < types.length; index++) if (types[index] === type) return this.#routes[index]
    return type === undefined ? undefined : this.#routes.find((route) => route.messageType.name === type.name)
  }

  /** A message waits: what it will need is read ahead. */
  expect(payload: unknown): void {
    if (this.stateful) this.invocation.state?.expect(payload)
  }

  /** Puts a message in the queue. */
  add(task: Task): void {
    this.queue.push(task)
    if (this.active < this.places) this.#runner.loop.schedule(this)
    else this.paused?.wanted()
  }

  /** Whether a message waits that is not of an order domain. Looks at all that wait. */
  keepsOthersThan(domain: Domain | undefined): boolean {
    return itemsOf(this.queue).some(({ subtree }) => subtree.root.domain !== domain)
  }

  run(): void {
    this.scheduled = false
    while (this.active < this.places) {
      const task = this.queue.shift()
      if (task === undefined) return
      this.#runner.runTask(task)
      if (this.#runner.loop.sliceOver()) return this.#runner.loop.schedule(this)
    }
  }

  /** A handler ended: its place is free. */
  free(): void {
    this.active--
    if (this.queue.length > 0) this.#runner.loop.schedule(this)
  }
}
