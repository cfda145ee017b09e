import type { GraphNodeKind, MillraceError, Plan, SinkReport, SlotId, WorkerSettings } from '@millrace/contracts'
import type { OpenRun } from '../runs/open-run.js'
import type { RunResult } from '../runtime/runtime.js'
import { SourceTally } from './source-tally.js'
import type { Completed, WorkerAnswers } from './worker-answers.js'
import type { WorkerCounters } from './worker-counters.js'

/** What a run is made of. */
export interface SupervisedRunParts {
  readonly plan: Plan
  /** In the order of their start. */
  readonly workers: readonly WorkerSettings[]
  readonly answers: WorkerAnswers
  readonly counters: WorkerCounters
  /** Opens what is kept of it; undefined where nothing outlives its processes. */
  readonly open: ((signal: AbortSignal) => Promise<OpenRun>) | undefined
}

/** A run of an application in worker processes: its sources, its sinks, and what is kept of it as a whole. */
export class SupervisedRun {
  readonly sources: SourceTally
  readonly #parts: SupervisedRunParts
  /** Slots whose workers write sinks. */
  readonly #writing: readonly SlotId[]
  readonly #giveUp = new AbortController()
  #kept: Promise<OpenRun> | undefined

  constructor(parts: SupervisedRunParts) {
    this.#parts = parts
    this.#writing = slotsWith(parts.plan, 'sink')
    this.sources = new SourceTally(slotsWith(parts.plan, 'source'))
  }

  /** Opens what is kept of it, once. @throws MillraceError as `openRun` */
  async open(): Promise<void> {
    await this.#open()
  }

  /** What became of it, where it is resumed and had come to its end. */
  async known(): Promise<RunResult | undefined> {
    return (await this.#open()?.catch(heardByStart))?.result
  }

  /** Everything has been written: the sinks finish, each in its worker. @throws MillraceError the first failure */
  async completeSinks(): Promise<Readonly<Record<string, SinkReport>>> {
    const reports: Record<string, SinkReport> = {}
    for (const worker of this.#parts.workers) {
      const completed = await this.#completed(worker)
      if (completed === undefined) continue
      Object.assign(reports, completed.reports)
      this.#parts.counters.add(completed.counters)
    }
    return reports
  }

  /** It has come to its end. */
  async complete(result: RunResult): Promise<void> {
    await (await this.#kept)?.complete(result)
  }

  /** It will not come to its end. */
  fail(error: MillraceError): void {
    this.sources.fail(error)
  }

  /** Where it is being opened, it is not: that fails with the reason. */
  giveUp(reason: MillraceError): void {
    this.#giveUp.abort(reason)
  }

  async close(): Promise<void> {
    await (await this.#kept?.catch(heardByStart))?.close()
  }

  /** A worker without a sink may be about to be replaced: nothing of the run is left in it, and only its counters are missed. */
  async #completed({ slot, stopTimeoutMs }: WorkerSettings): Promise<Completed | undefined> {
    const completed = this.#parts.answers.completed(slot, stopTimeoutMs)
    if (this.#writing.includes(slot)) return await completed
    return await completed.catch(() => undefined)
  }

  #open(): Promise<OpenRun> | undefined {
    this.#kept ??= this.#parts.open?.(this.#giveUp.signal)
    return this.#kept
  }
}

/** The slots of all groups that have a node of a kind. */
function slotsWith({ graph, groupOf, groups }: Plan, wanted: GraphNodeKind): readonly SlotId[] {
  const having = groups.filter((_, group) =>
    graph.nodes.some(({ kind }, node) => kind === wanted && groupOf[node] === group),
  )
  return having.flatMap(({ slots }) => slots)
}

/** Whoever calls start hears of it. */
function heardByStart(): undefined {}
