/**
 * Gets to everything that has to be done, one work at a time.
 *
 * W1  Work is never begun from within other work, and never before the code that added it has returned.
 * W2  Gates of ordered nodes are opened between works, when nothing is on the stack.
 * W3  After a time slice the event loop turns, however much there is to do.
 * W4  While it is held nothing is begun: what others send to a worker that has not been started waits.
 * W5  What is to leave this worker does so at the end of each run of works, when nothing is on the stack.
 */
import type { WorkQueue } from '@millrace/contracts'
import type { Domain } from './domain.js'
import type { NodeRun } from './node-run.js'
import type { Task } from './task.js'
import type { TimeSlice } from './time-slice.js'
import type { Work } from './work.js'

/** How many works are done before the gates are looked at, unless there is no more work. */
const worksBetweenGates = 32

/** What comes after it is a microtask. `queueMicrotask` makes an object for async hooks as well, which costs five times as much. */
const microtasks = Promise.resolve()

/** The work of one runner. */
export class WorkLoop {
  readonly #slice: TimeSlice
  readonly #ready: WorkQueue<Work>
  readonly #dirty: Domain[] = []
  readonly #run = (): void => this.#work()
  #phase: 'held' | 'idle' | 'scheduled' | 'working' = 'idle'
  #flush: (() => void) | undefined
  #mustFlush = false

  constructor(ready: WorkQueue<Work>, slice: TimeSlice) {
    this.#ready = ready
    this.#slice = slice
  }

  /** Begins with nothing before `begin`. For a loop that nothing has been added to. */
  hold(): void {
    this.#phase = 'held'
  }

  /** Begins with what waits. */
  begin(): void {
    if (this.#phase !== 'held') return
    this.#phase = 'idle'
    if (this.#hasWork) this.#wake()
  }

  /** Adds work; it is begun at the end of this turn's microtasks, or in the next turn when the time slice is over. */
  push(work: Work): void {
    this.#ready.push(work)
    this.#wake()
  }

  /** Adds the emptying of a node's queue, once. */
  schedule(run: NodeRun): void {
    if (run.scheduled) return
    run.scheduled = true
    this.push(run)
  }

  /** For a domain to say that its gates must be looked at. */
  readonly dirty = (domain: Domain): void => {
    this.#dirty.push(domain)
    this.#wake()
  }

  /** Sets what is called at the end of a run of works for which `flushLater` has been called. */
  onFlush(flush: () => void): void {
    this.#flush = flush
  }

  /** Something is to leave this worker. */
  flushLater(): void {
    if (this.#mustFlush) return
    this.#mustFlush = true
    this.#wake()
  }

  /** Whether it is time to let the event loop turn. Once it is, the work at hand must end. */
  sliceOver(): boolean {
    return this.#slice.isOver()
  }

  get #hasWork(): boolean {
    return this.#ready.length > 0 || this.#dirty.length > 0 || this.#mustFlush
  }

  #wake(): void {
    if (this.#phase !== 'idle') return
    if (this.#slice.isOver()) return this.#continueNextTurn()
    this.#phase = 'scheduled'
    void microtasks.then(this.#run)
  }

  #work(): void {
    this.#phase = 'working'
    this.#slice.begin()
    try {
      this.#workUntilSliceIsOver()
    } finally {
      if (this.#mustFlush) {
        this.#mustFlush = false
        this.#flush?.()
      }
      this.#phase = 'idle'
      if (this.#hasWork) this.#continueNextTurn()
    }
  }

  #workUntilSliceIsOver(): void {
    for (let done = 1; !this.#slice.isOver(); done++) {
      const work = this.#ready.shift()
      if (work !== undefined) work.run()
      else if (this.#dirty.length === 0) return
      if (work === undefined || done % worksBetweenGates === 0) this.#openGates()
    }
    this.#openGates()
  }

  #openGates(): void {
    for (let domain = this.#dirty.pop(); domain !== undefined; domain = this.#dirty.pop()) domain.openGates(this.#pass)
  }

  readonly #pass = (task: Task): void => {
    task.run.add(task)
  }

  #continueNextTurn(): void {
    this.#phase = 'scheduled'
    setImmediate(this.#run)
  }
}
