import { type DurableStore, type LedgerWrite, MillraceError, type SlotId, type StateWrite } from '@millrace/contracts'
import { Ledger, type LedgerParts } from '../src/ledger/ledger.js'

/** What outlives the processes of a random run: the state of all nodes, and the ledger of each slot. */
export class MemoryDisk {
  readonly #state = new Map<string, string>()
  readonly #ledgers = new Map<SlotId, Map<string, string>>()
  readonly #owners = new Map<SlotId, object>()
  readonly #dead = new Set<object>()
  /** Calls back when a commit is to be made, or a value is to be read. */
  readonly #inTurn: (happen: () => void) => void

  constructor(inTurn: (happen: () => void) => void) {
    this.#inTurn = inTurn
  }

  /** Opens it for a slot; whoever had it open for the slot is fenced off. */
  open(slot: SlotId): DurableStore {
    const owner = {}
    this.#owners.set(slot, owner)
    const ledger = this.#ledgers.get(slot) ?? new Map<string, string>()
    this.#ledgers.set(slot, ledger)
    return {
      found: new Map(ledger),
      load: (space, keys) => this.#soon(() => keys.map((key) => this.value(space, key))),
      commit: (writes, entries = []) => {
        if (this.#dead.has(owner)) return new Promise(() => undefined)
        return this.#soon(() => {
          if (this.#owners.get(slot) !== owner) throw new MillraceError('FENCED', 'another process has the slot')
          this.#write(ledger, writes, entries)
        })
      },
      close: async () => undefined,
    }
  }

  /** Opens it for a slot, and the ledger on it; a process that was fenced off is not told. */
  ledger(slot: SlotId, { run, resumes }: Pick<LedgerParts, 'run' | 'resumes'>): Ledger {
    const failed = (error: MillraceError): void => {
      if (error.code !== 'FENCED') throw error
    }
    return new Ledger({ store: this.open(slot), run, resumes, now: Date.now, clock: () => performance.now(), failed })
  }

  /** The process in a slot has died: what it has asked for may still happen, and nothing else. */
  died(slot: SlotId): void {
    const owner = this.#owners.get(slot)
    if (owner !== undefined) this.#dead.add(owner)
  }

  value(space: string, key: string): unknown {
    const text = this.#state.get(`${space} ${key}`)
    return text === undefined ? undefined : JSON.parse(text)
  }

  /** What is left in the ledgers that is about work that is not done. */
  get work(): readonly string[] {
    return [...this.#ledgers.values()].flatMap((ledger) =>
      [...ledger.keys()].filter((entry) => entry.startsWith('work')),
    )
  }

  #soon<Value>(happen: () => Value): Promise<Value> {
    return new Promise((resolve, reject) =>
      this.#inTurn(() => {
        try {
          resolve(happen())
        } catch (thrown) {
          reject(thrown)
        }
      }),
    )
  }

  #write(ledger: Map<string, string>, writes: readonly StateWrite[], entries: readonly LedgerWrite[]): void {
    for (const { space, key, value } of writes)
      if (value === undefined) this.#state.delete(`${space} ${key}`)
      else this.#state.set(`${space} ${key}`, JSON.stringify(value))
    for (const { entry, text } of entries)
      if (text === undefined) ledger.delete(entry)
      else ledger.set(entry, text)
  }
}
