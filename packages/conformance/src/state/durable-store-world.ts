import type { DurableStore, LedgerWrite, StateWrite } from '@millrace/contracts'
import type { SuiteSettings } from '../test-runner.js'
import { within } from '../within.js'
import { type OpenedStore, withStores } from './opened-stores.js'

/** The process that opens a store: which one of which slot, in which run. */
export interface SlotOwner {
  readonly slot: string
  readonly run: string
  /** Grows with each process of the slot in its run. */
  readonly incarnation: number
}

/** Opens the stores of one application. */
export type OpenDurableStore = (owner: SlotOwner) => DurableStore | Promise<DurableStore>

/** Makes an application that has kept nothing yet. */
export type OpenDurableStores = () => OpenDurableStore | Promise<OpenDurableStore>

/** One test of the durable store suite. */
export interface DurableStoreCase {
  readonly title: string
  run(world: DurableStoreWorld): Promise<void>
}

/** A store that a test has opened. */
export interface AwaitedDurableStore extends OpenedStore<DurableStore> {
  commit(writes: readonly StateWrite[], ledger?: readonly LedgerWrite[]): Promise<void>
}

/** The stores of one application; who does not say otherwise is the first process of slot a#1 in the first run. */
export type OpenAwaited = (owner?: Partial<SlotOwner>) => Promise<AwaitedDurableStore>

/** What the tests of durable stores share. */
export interface DurableStoreWorld {
  readonly settings: SuiteSettings
  application(): Promise<OpenAwaited>
}

/** Runs one test and closes the stores it has opened. */
export function runDurableStoreCase(
  one: DurableStoreCase,
  openStores: OpenDurableStores,
  settings: SuiteSettings,
): Promise<void> {
  const { patienceMs } = settings
  return withStores<DurableStore>(settings, (opened) =>
    one.run({
      settings,
      async application() {
        const open = await within(patienceMs, 'making an application', openStores())
        return async (owner = {}) => {
          const awaited = await opened(open({ slot: 'a#1', run: 'first', incarnation: 1, ...owner }))
          return {
            ...awaited,
            commit: (writes, ledger) => within(patienceMs, 'commit', awaited.store.commit(writes, ledger)),
          }
        }
      },
    }),
  )
}
