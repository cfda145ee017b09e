/**
 * Runs the nodes of one worker, depth first: child 0 and all that comes of it before child 1.
 *
 * R1  A synchronous chain runs on the stack: no promise, no queue, nothing allocated beside the messages. `path` holds the
 *     position of the message at hand; a position becomes an object only when a message has to wait.
 * R2  What has to wait becomes a task, an emission or a settlement; it is a part of its subtree and, where something ordered
 *     may come after it, holds its position. It is run from the queue of work, never from within other work.
 * R3  `cause` is the span that the message at hand comes of, where its root is traced: whatever puts a message on the stack sets it.
 * R4  The runner knows nothing of replies, placement or lifecycle: the owner of a root hears what becomes of it.
 * R5  Where a journal is kept, what a handler has written is committed when what it returned is sent, in one piece of work.
 */
import {
  isMessage,
  type Message,
  type MessageType,
  MillraceError,
  type Position,
  type Span,
  type SpanContext,
  type Tracing,
  type WorkQueue,
} from '@millrace/contracts'
import type { Hold } from './domain.js'
import { Emission, type EmissionParts, emissionCredit, type Pull } from './emission.js'
import { isIterable, isPromise, listOf, pullOf } from './handler-result.js'
import type { Journal, Kept, KeptList } from './journal.js'
import type { NodeRun } from './node-run.js'
import { notAMessage, notLeaving, undeclared } from './refused-emissions.js'
import type { Root } from './root.js'
import type { Route } from './route.js'
import { Settlement } from './settlement.js'
import { callWithState, type StateSession } from './state-session.js'
import type { Subtree } from './subtree.js'
import { Task } from './task.js'
import { TimeSlice } from './time-slice.js'
import { withoutMarked } from './without-marked.js'
import { WorkLoop } from './work-loop.js'

/** A message whose handler failed, for the dead letters. */
export interface FailedMessage {
  readonly route: Route
  readonly payload: unknown
  readonly root: Root
  /** What it is a part of. */
  readonly subtree: Subtree
  readonly position: Position
  /** Where the failure stands, if not at the message: after what its handler has given. */
  readonly failedAt?: Position
  /** Of the handler; undefined where nothing is traced. */
  readonly span?: Span | undefined
}

/** Messages of a handler that has ended, and the number of the first child that they make. */
export type UnsentMessages = Pick<KeptList, 'messages' | 'child'>

/** What the runner is made of. */
export interface RunnerParts {
  readonly createQueue: <Item>() => WorkQueue<Item>
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** The route of a message with an explicit target. @throws MillraceError ROUTE_* */
  readonly routeTo: (emitter: NodeRun, type: MessageType, target: string) => Route
  /** A message is given up because its node says `drop` or `dead_letter`; `over` hears from within work that it is, or its root has failed. */
  readonly giveUp: (run: NodeRun, error: MillraceError, message: FailedMessage, over: () => void) => void
  /** Records the calls of handlers; undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** Records what is done here; undefined where nothing outlives the process. */
  readonly journal?: Journal | undefined
  /** Whether a later run may go on where this one ends, whichever workers record that. @default false */
  readonly lasts?: boolean | undefined
  /** How long it may run before it yields, in milliseconds. @default 10 */
  readonly sliceMs?: number
}

/** Where a message stands, and the span that it comes of, where its root is traced. */
export interface Arrived {
  readonly position: Position
  readonly cause: SpanContext | undefined
}

/** Deeper chains go through the queue, so that no graph overflows the stack. */
const deepestStack = 256

/** The runner of one worker. */
export class Runner {
  /** What has to be done, and when. */
  readonly loop: WorkLoop
  readonly createQueue: RunnerParts['createQueue']
  /** The span that what is on the stack comes of; undefined where its root is not traced. */
  cause: SpanContext | undefined
  readonly #path: number[] = []
  readonly #parts: RunnerParts

  constructor(parts: RunnerParts) {
    this.#parts = parts
    this.createQueue = parts.createQueue
    this.loop = new WorkLoop(parts.createQueue(), new TimeSlice(parts.clock, parts.sliceMs ?? 10))
  }

  /** Sends a root into the graph, from within work. Its own part is done when this returns. */
  enter(root: Root, route: Route, payload: unknown): void {
    this.#path[0] = root.seq
    this.cause = root.span
    this.#send(route, payload, root, 1, 0)
    root.partDone()
  }

  /** Takes a message that another worker sent; it is run in its turn. Its part of the subtree has been added. */
  arrive(run: NodeRun, route: Route, payload: unknown, subtree: Subtree, { position, cause }: Arrived): void {
    const task = new Task(run, route, payload, subtree, { position, cause, since: this.#parts.clock() })
    const { domain } = subtree.root
    task.hold = this.hold(run, subtree.root, position)
    run.expect(payload)
    if (run.ordered && domain !== undefined) return domain.wait(task)
    run.add(task)
  }

  /** Runs a task that has its turn, from within work. */
  runTask(task: Task): void {
    const { run, subtree } = task
    if (run.ordered && subtree.root.domain?.takesBack(task) === true) return
    this.release(subtree.root, task.hold)
    task.hold = undefined
    this.cause = task.cause
    const depth = this.restore(task.position)
    if (!this.isGivenUp(subtree.root, depth)) this.#invoke(task.route, run, task.payload, subtree, depth)
    this.endTask(task)
    subtree.partDone()
  }

  /** Puts a message that an earlier process has left waiting at a node; it is run in its turn. */
  wait(run: NodeRun, route: Route, payload: unknown, subtree: Subtree, position: Position): void {
    const task = new Task(run, route, payload, subtree, { position, cause: undefined, since: this.#parts.clock() })
    task.hold = this.hold(run, subtree.root, position)
    task.kept = this.#parts.journal?.keepTask(task)
    run.expect(payload)
    subtree.add()
    if (run.ordered && subtree.root.domain !== undefined) return subtree.root.domain.wait(task)
    run.add(task)
  }

  /** Sends the messages that an earlier process has left of a handler that had ended. */
  sendList(run: NodeRun, { messages, child }: UnsentMessages, subtree: Subtree, position: Position): void {
    const kept = this.#parts.journal?.keepList({ run, root: subtree.root, position, child, messages })
    this.#listEmission(run, messages, subtree, kept, undefined).startLater(position, child)
  }

  endTask(task: Task): void {
    if (task.kept === undefined) return
    this.end(task.kept, task.subtree.root)
    task.kept = undefined
  }

  /** What was kept is done. */
  end(kept: Kept | undefined, root: Root): void {
    if (kept !== undefined) this.#parts.journal?.done(kept, root)
  }

  /** Emits one message of a handler. @returns the index of the handler's next child */
  emit(run: NodeRun, value: unknown, subtree: Subtree, depth: number, child: number): number {
    if (!isMessage(value)) return this.#refuse(run, subtree, notAMessage(run.name), depth, child)
    const route = run.routeOf(value.type)
    if (route === undefined) return this.#refuse(run, subtree, undeclared(run.name, value.type.name), depth, child)
    return this.#emitOn(run, route, value, subtree, depth, child)
  }

  /** Lets the node's policy decide what becomes of a message whose handler failed. */
  handlerFailed(run: NodeRun, thrown: unknown, message: FailedMessage): void {
    if (message.root.failure !== undefined) return message.span?.end(message.root.failure)
    const { code, what } = run.failure
    const error = MillraceError.from(withoutMarked(thrown, message.payload), code, what, { node: run.name })
    message.span?.end(error)
    if (run.onError !== 'fail') return this.#giveUp(run, error, message)
    const { root, position, failedAt = position } = message
    this.#keepFailed(run, message)
    root.failAt(failedAt, error)
  }

  /** Whether nothing more is made of the message at hand: its root has failed, or it comes after a failure that stands (D8). */
  isGivenUp({ failure, domain }: Root, depth: number): boolean {
    return failure !== undefined || (domain?.stands !== undefined && domain.isGivenUp(this.#path, depth))
  }

  /** The same of a child of it. */
  isGivenUpAt(root: Root, depth: number, child: number): boolean {
    this.#path[depth] = child
    return this.isGivenUp(root, depth + 1)
  }

  /** The position of the message at hand, as an object of its own. */
  position(depth: number): number[] {
    return this.#path.slice(0, depth)
  }

  /** Makes a position that of the message at hand. @returns its depth */
  restore(position: Position): number {
    const path = this.#path
    for (let index = 0; index < position.length; index++) path[index] = position[index] ?? 0
    return position.length
  }

  /** Holds a position at a node, where something ordered may come after it. */
  hold(run: NodeRun, root: Root, position: Position): Hold | undefined {
    return root.domain !== undefined && run.tracked ? root.domain.hold(run.index, position) : undefined
  }

  release(root: Root, hold: Hold | undefined): void {
    if (hold !== undefined) root.domain?.release(hold)
  }

  #emitOn(run: NodeRun, declared: Route, message: Message, subtree: Subtree, depth: number, child: number): number {
    let route = declared
    let { payload } = message
    if (message.to !== undefined || declared.admit !== undefined)
      try {
        if (message.to !== undefined) route = this.#parts.routeTo(run, message.type, message.to)
        if (route.admit !== undefined) payload = route.admit(payload)
      } catch (thrown) {
        return this.#refuse(run, subtree, thrown, depth, child)
      }
    return this.#send(route, payload, subtree, depth, child)
  }

  #send(route: Route, payload: unknown, subtree: Subtree, depth: number, first: number): number {
    const path = this.#path
    const { targets } = route
    let child = first
    for (let index = 0; index < targets.length; index++) {
      const target = targets[index]
      if (target === undefined) break
      path[depth] = child++
      if (target.kind === 'local') this.#deliver(route, target, payload, subtree, depth + 1)
      else if (!this.isGivenUp(subtree.root, depth + 1))
        target.send(payload, subtree, this.position(depth + 1), this.cause)
    }
    if (route.terminal) {
      path[depth] = child++
      this.#reply(route, payload, subtree, depth + 1)
    }
    return child
  }

  #deliver(route: Route, run: NodeRun, payload: unknown, subtree: Subtree, depth: number): void {
    const { root } = subtree
    if (this.isGivenUp(root, depth)) return
    const { domain } = root
    if (run.ordered && domain !== undefined) {
      if (
        run.journal !== undefined ||
        domain.heldCount > 0 ||
        domain.tied(run) ||
        run.active > 0 ||
        run.queue.length > 0 ||
        depth > deepestStack
      )
        return domain.wait(this.#waiting(route, run, payload, subtree, depth))
    } else if (run.active >= run.places || run.queue.length > 0 || depth > deepestStack) {
      return run.add(this.#waiting(route, run, payload, subtree, depth))
    }
    this.#invoke(route, run, payload, subtree, depth)
  }

  #reply(route: Route, payload: unknown, subtree: Subtree, depth: number): void {
    const { root } = subtree
    if (this.isGivenUp(root, depth)) return
    try {
      this.#leave(route, payload, subtree, depth)
    } catch (thrown) {
      root.failAt(this.position(depth), notLeaving(route, thrown))
    }
  }

  #leave(route: Route, payload: unknown, subtree: Subtree, depth: number): void {
    const { root } = subtree
    if (root.home !== undefined)
      return root.home.reply(root, route, payload, subtree, { position: this.position(depth), cause: this.cause })
    const outlet = root.domain?.outlet
    if (outlet !== undefined && outlet.type === route.type)
      return this.#deliver(route, outlet.run, outlet.leaves(payload), subtree, depth)
    if (this.#parts.journal !== undefined) return this.#replyWhenKept(this.#parts.journal, route, payload, subtree)
    root.owner.reply(root, route.type, payload)
  }

  #replyWhenKept(journal: Journal, route: Route, payload: unknown, subtree: Subtree): void {
    const { root } = subtree
    subtree.add()
    journal.whenKept(() => {
      try {
        if (root.failure === undefined) root.owner.reply(root, route.type, payload)
      } catch (thrown) {
        root.fail(notLeaving(route, thrown))
      }
      subtree.partDone()
    })
  }

  #invoke(route: Route, run: NodeRun, payload: unknown, subtree: Subtree, depth: number): void {
    if (run.once === undefined || !isSharedRequest(subtree.root)) return this.#call(route, run, payload, subtree, depth)
    const first = run.once.begin(run.index, this.position(depth), subtree)
    if (first === undefined) return
    this.#call(route, run, payload, first, depth)
    first.partDone()
  }

  #call(route: Route, run: NodeRun, payload: unknown, subtree: Subtree, depth: number): void {
    const { invocation, journal } = run
    if (journal !== undefined && this.#isRepeat(journal, run, subtree, depth)) return
    const { cause } = this
    const span = cause === undefined ? undefined : this.#begin(cause, route, run)
    invocation.root = subtree.root
    invocation.messageType = route.messageType
    invocation.span = span
    run.handled++
    let result: unknown
    try {
      result = run.stateful
        ? callWithState(invocation, run.handle, payload, journal === undefined)
        : run.handle(payload, invocation.context)
    } catch (thrown) {
      const position = this.position(depth)
      this.handlerFailed(run, thrown, { route, payload, root: subtree.root, subtree, position, span })
      this.cause = cause
      return
    }
    if (span !== undefined && cause !== undefined)
      return this.#takeTraced(route, run, payload, result, subtree, depth, { span, cause })
    if (journal !== undefined) {
      const { state } = invocation
      return this.#takeRecorded(journal, route, run, payload, result, subtree, depth, { span: undefined, state })
    }
    if (result === undefined || result === null) return
    const message = result as Message // if its type is one of the declared, it is one
    const declared = run.routeOf(message.type)
    if (declared !== undefined) this.#emitOn(run, declared, message, subtree, depth, 0)
    else this.#takeOther(route, run, payload, result, subtree, depth, undefined)
  }

  /** A call of a handler is a span of its own, and what the handler emits comes of it. */
  #begin(cause: SpanContext, { messageType }: Route, run: NodeRun): Span | undefined {
    if (!run.traced) return undefined
    const span = this.#parts.tracing?.node(cause, run.name, messageType.name)
    this.cause = span
    return span
  }

  /** What the handler emits comes of its span; what is next on the stack comes of what its message came of. */
  #takeTraced(
    route: Route,
    run: NodeRun,
    payload: unknown,
    result: unknown,
    subtree: Subtree,
    depth: number,
    { span, cause }: { readonly span: Span; readonly cause: SpanContext },
  ): void {
    if (run.journal !== undefined) {
      const { state } = run.invocation
      this.#takeRecorded(run.journal, route, run, payload, result, subtree, depth, { span, state })
    } else if (result === undefined || result === null) span.end()
    else if (isMessage(result)) {
      span.end()
      this.emit(run, result, subtree, depth, 0)
    } else this.#takeOther(route, run, payload, result, subtree, depth, span)
    this.cause = cause
  }

  /** Takes whatever else a handler may return: several messages, a promise, an iterable. */
  #takeOther(
    route: Route,
    run: NodeRun,
    payload: unknown,
    result: unknown,
    subtree: Subtree,
    depth: number,
    span: Span | undefined,
  ): void {
    const handlerEnded = Array.isArray(result)
    if (handlerEnded) span?.end()
    if (handlerEnded && result.length <= emissionCredit) return this.#emitAll(run, result, subtree, depth)
    if (isPromise(result)) return this.#settleLater(route, run, payload, result, subtree, depth, span)
    const pull = pullOf(result)
    if (pull === undefined) {
      span?.end()
      return void this.emit(run, result, subtree, depth, 0)
    }
    if (!handlerEnded) this.#giveAway(run)
    const kept = this.#keep(run, route, payload, subtree.root, depth)
    const message = { route, payload }
    new Emission({ runner: this, run, message, parent: subtree, pull, handlerEnded, span, kept }).start(depth)
  }

  /** Takes what the handler of a recorded node returned: it is sent, and with it is recorded that the handler has ended. */
  #takeRecorded(
    journal: Journal,
    route: Route,
    run: NodeRun,
    payload: unknown,
    result: unknown,
    subtree: Subtree,
    depth: number,
    { span, state }: { readonly span: Span | undefined; readonly state: StateSession | undefined },
  ): void {
    if (isPromise(result)) return this.#settleLater(route, run, payload, result, subtree, depth, span)
    if (!isMessage(result) && !Array.isArray(result) && isIterable(result))
      return this.#takeOther(route, run, payload, result, subtree, depth, span)
    span?.end()
    void state?.commit() // to what is recorded with the rest
    const messages = listOf(result)
    const { root } = subtree
    const position = this.position(depth)
    if (messages.length > emissionCredit) {
      const kept = journal.keepList({ run, root, position, child: 0, messages })
      this.#listEmission(run, messages, subtree, kept, { route, payload }).start(depth)
    } else {
      this.#emitAll(run, messages, subtree, depth)
      if (root.failure !== undefined) journal.keepList({ run, root, position, child: 0, messages })
    }
    journal.handled(run.index, root, position)
  }

  /** Takes what a promise of a handler resolved to, from within work. */
  takeSettled(
    { run, route, payload, subtree, position, cause }: Task,
    result: unknown,
    span: Span | undefined,
    state: StateSession | undefined,
  ): void {
    const depth = this.restore(position)
    this.cause = cause
    if (run.journal !== undefined)
      return this.#takeRecorded(run.journal, route, run, payload, result, subtree, depth, { span, state })
    if (result === undefined || result === null) return span?.end()
    if (!isMessage(result)) return this.#takeOther(route, run, payload, result, subtree, depth, span)
    span?.end()
    this.emit(run, result, subtree, depth, 0)
  }

  #listEmission(
    run: NodeRun,
    messages: readonly unknown[],
    parent: Subtree,
    kept: Kept | undefined,
    message: EmissionParts['message'],
  ): Emission {
    const pull: Pull = { kind: 'sync', iterator: messages[Symbol.iterator]() }
    return new Emission({ runner: this, run, message, parent, pull, handlerEnded: true, span: undefined, kept })
  }

  #emitAll(run: NodeRun, messages: readonly unknown[], subtree: Subtree, depth: number): void {
    let child = 0
    for (let index = 0; index < messages.length; index++) child = this.emit(run, messages[index], subtree, depth, child)
  }

  #settleLater(
    route: Route,
    run: NodeRun,
    payload: unknown,
    promise: PromiseLike<unknown>,
    subtree: Subtree,
    depth: number,
    span: Span | undefined,
  ): void {
    const state = run.journal && run.invocation.state
    this.#giveAway(run)
    run.active++
    const settlement = new Settlement(this, this.#waiting(route, run, payload, subtree, depth), span, state)
    Promise.resolve(promise).then(settlement.resolved, settlement.rejected) // a thenable may throw, or settle twice
  }

  /** The handler goes on with its context: the node needs a new one. */
  #giveAway(run: NodeRun): void {
    run.invocation = run.newInvocation()
  }

  #waiting(route: Route, run: NodeRun, payload: unknown, subtree: Subtree, depth: number): Task {
    const { cause } = this
    const task = new Task(run, route, payload, subtree, {
      position: this.position(depth),
      cause,
      since: this.#parts.clock(),
    })
    task.hold = this.hold(run, subtree.root, task.position)
    task.kept = this.#parts.journal?.keepTask(task)
    run.expect(payload)
    subtree.add()
    return task
  }

  /**
   * Until the message is given up it is not handled. Where its letter cannot be kept, a later run handles it: so where that may
   * come, nothing passes it in its order meanwhile, at its node or behind it.
   */
  #giveUp(run: NodeRun, error: MillraceError, message: FailedMessage): void {
    const { root, position, failedAt = position } = message
    const { journal } = run
    const kept = this.#keepFailed(run, message)
    const isInOrder = root.domain !== undefined && this.#parts.lasts === true
    const hold = isInOrder ? this.hold(run, root, failedAt) : undefined
    const keepsPlace = isInOrder && journal !== undefined
    if (keepsPlace) run.active++
    this.#parts.giveUp(run, error, message, () => {
      if (root.failure === undefined) journal?.handled(run.index, root, position)
      this.end(kept, root)
      this.release(root, hold)
      if (keepsPlace) run.free()
    })
  }

  /** Keeps a message that is not handled, for whoever begins again. */
  #keepFailed(run: NodeRun, { route, payload, root, position }: FailedMessage): Kept | undefined {
    return this.#parts.journal?.keepTask(new Task(run, route, payload, root, { position, cause: undefined, since: 0 }))
  }

  /** Keeps a message whose handler is at work, where a journal is kept and the message came of something recorded. */
  #keep(run: NodeRun, route: Route, payload: unknown, root: Root, depth: number): Kept | undefined {
    const { journal } = this.#parts
    if (journal === undefined) return undefined
    const where = { position: this.position(depth), cause: undefined, since: 0 }
    return journal.keepTask(new Task(run, route, payload, root, where))
  }

  /** Whether a message of no domain was handled before, by whatever process of this slot. */
  #isRepeat(journal: Journal, run: NodeRun, subtree: Subtree, depth: number): boolean {
    if (subtree.root.domain !== undefined) return false
    const position = this.position(depth)
    if (!journal.hasHandled(run.index, subtree.root, position)) return false
    journal.replay(subtree, position)
    return true
  }

  #refuse(run: NodeRun, { root }: Subtree, thrown: unknown, depth: number, child: number): number {
    root.failAt(
      [...this.position(depth), child],
      MillraceError.from(thrown, 'NODE_FAILED', `node '${run.name}' could not emit`, { node: run.name }),
    )
    return child
  }
}

/** Whether it is the root of a single request that other workers know, so that its messages may come again. */
function isSharedRequest({ domain, origin }: Root): boolean {
  return domain === undefined && origin !== undefined
}
