import type { Runner } from './runner.js'
import type { Task } from './task.js'
import type { Work } from './work.js'

/** A handler at work asynchronously: it keeps its node's place and its position until its promise has settled. */
export class Settlement implements Work {
  readonly #runner: Runner
  readonly #task: Task
  #outcome:
    | { readonly kind: 'resolved'; readonly result: unknown }
    | { readonly kind: 'rejected'; readonly thrown: unknown }
    | undefined

  constructor(runner: Runner, task: Task) {
    this.#runner = runner
    this.#task = task
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
    task.run.free()
    task.subtree.partDone()
  }

  #take(root: Task['subtree']['root']): void {
    const task = this.#task
    if (this.#outcome?.kind === 'resolved') this.#runner.takeSettled(task, this.#outcome.result)
    else
      this.#runner.handlerFailed(task.run, this.#outcome?.thrown, {
        route: task.route,
        payload: task.payload,
        root,
        position: task.position,
      })
  }
}
