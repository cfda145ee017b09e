import type { Span } from '@millrace/contracts'
import type { Runner } from './runner.js'
import type { StateSession } from './state-session.js'
import type { Task } from './task.js'
import type { Work } from './work.js'

/** A handler at work asynchronously: it keeps its node's place and its position until its promise has settled. */
export class Settlement implements Work {
  readonly #runner: Runner
  readonly #task: Task
  /** Of the handler; undefined where nothing is traced. */
  readonly #span: Span | undefined
  #outcome:
    | { readonly kind: 'resolved'; readonly result: unknown }
    | { readonly kind: 'rejected'; readonly thrown: unknown }
    | undefined

  /** What the handler has written, where that is recorded with what comes of it. */
  readonly #state: StateSession | undefined

  constructor(runner: Runner, task: Task, span: Span | undefined, state: StateSession | undefined) {
    this.#runner = runner
    this.#task = task
    this.#span = span
    this.#state = state
  }

  readonly resolved = (result: unknown): void => {
    this.#outcome = { kind: 'resolved', result }
    this.#runner.loop.push(this)
  }

  readonly rejected = (thrown: unknown): void => {
    this.#outcome = { kind: 'rejected', thrown }
    this.#runner.loop.push(this)
  }

  run(): void {
    const task = this.#task
    const { root } = task.subtree
    this.#runner.release(root, task.hold)
    task.hold = undefined
    if (root.failure === undefined) this.#take(root)
    else this.#leave(root)
    this.#runner.endTask(task)
    task.run.journal?.ended(task.run.index)
    task.run.free()
    task.subtree.partDone()
  }

  /** The root has failed meanwhile: nothing that the handler returned is sent. */
  #leave(root: Task['subtree']['root']): void {
    const { run, position } = this.#task
    this.#span?.end(root.failure)
    if (this.#outcome?.kind === 'resolved') run.journal?.outlived(run.index, root, position)
  }

  #take(root: Task['subtree']['root']): void {
    const task = this.#task
    if (this.#outcome?.kind === 'resolved')
      this.#runner.takeSettled(task, this.#outcome.result, this.#span, this.#state)
    else
      this.#runner.handlerFailed(task.run, this.#outcome?.thrown, {
        route: task.route,
        payload: task.payload,
        root,
        subtree: task.subtree,
        position: task.position,
        span: this.#span,
      })
  }
}
