import type { EventEmitter, MillraceError, Plan, SlotId } from '@millrace/contracts'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import { type ChooseSlot, chooseSlot, entryChoice, type Loaded } from '../mesh/choose-slot.js'
import { nobodyReady } from '../mesh/remote-errors.js'
import { requirePossible } from '../runtime/possible-timeout.js'
import { takesNothingNew } from '../runtime/refusals.js'
import { retryTarget } from '../runtime/retry-target.js'

/** A slot that dead letters are sent to. */
class RetrySlot implements Loaded {
  readonly id: SlotId
  /** How many are under way there. */
  load = 0
  readonly #isRunning: (slot: SlotId) => boolean

  constructor(id: SlotId, isRunning: (slot: SlotId) => boolean) {
    this.id = id
    this.#isRunning = isRunning
  }

  get ready(): boolean {
    return this.#isRunning(this.id)
  }
}

/** What the choice of slots is made of. */
export interface RetrySlotsParts {
  readonly plan: Plan
  readonly events: EventEmitter
  readonly isRunning: (slot: SlotId) => boolean
}

/** Chooses the worker that a dead letter is sent to, as for a message that enters there: by its partition, or by load. */
export class RetrySlots {
  readonly #parts: RetrySlotsParts
  readonly #choices = new Map<string, ChooseSlot<RetrySlot>>()
  readonly #slots = new Map<SlotId, RetrySlot>()

  constructor(parts: RetrySlotsParts) {
    this.#parts = parts
  }

  /**
   * Sends a letter to the worker that is to have it, when that runs.
   *
   * @throws RangeError where no timer waits for so long
   * @throws MillraceError ROUTE_UNKNOWN_TARGET, ROUTE_TARGET_REFUSES_TYPE, HANDOFF_TIMEOUT, what `send` throws
   */
  async use<End>(letter: DeadLetter, timeoutMs: number, send: (slot: SlotId) => Promise<End>): Promise<End> {
    requirePossible(timeoutMs)
    const slot = this.#choose(letter)
    slot.load++
    try {
      await this.#running(slot, timeoutMs)
      return await send(slot.id)
    } finally {
      slot.load--
    }
  }

  #choose(letter: DeadLetter): RetrySlot {
    const { plan } = this.#parts
    const { node, type } = retryTarget(plan.graph, letter)
    const group = plan.groupOf[node] ?? -1
    const key = `${group} ${type}`
    let choose = this.#choices.get(key)
    if (choose === undefined) {
      const slots = (plan.groups[group]?.slots ?? []).map((id) => this.#slot(id))
      choose = chooseSlot(plan, group, entryChoice(plan, group, type), slots)
      this.#choices.set(key, choose)
    }
    const { payload } = letter
    // What has no fields fits no partitioned type: whichever worker gets it says so.
    return choose(typeof payload === 'object' && payload !== null ? payload : {}, letter.position, undefined)
  }

  #slot(id: SlotId): RetrySlot {
    const slot = this.#slots.get(id) ?? new RetrySlot(id, this.#parts.isRunning)
    this.#slots.set(id, slot)
    return slot
  }

  /** A worker that has died is replaced; its successor says when it runs. */
  #running(slot: RetrySlot, timeoutMs: number): Promise<void> {
    if (slot.ready) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const end = (error?: MillraceError): void => {
        clearTimeout(timer)
        stop()
        if (error === undefined) resolve()
        else reject(error)
      }
      const timer = setTimeout(() => end(nobodyReady(slot.id)), timeoutMs)
      const stop = this.#parts.events.subscribe(({ name }) => {
        if (name === 'worker.running' && slot.ready) end()
        if (name === 'runtime.draining') end(takesNothingNew())
      })
    })
  }
}
