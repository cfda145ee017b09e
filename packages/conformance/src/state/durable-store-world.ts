import type { DurableStore, LedgerWrite, StateWrite } from '@millrace/contracts'
import type { SuiteSettings } from '../test-runner.js'
import { within } from '../within.js'

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

/** A store whose answers are awaited with patience. */
export interface AwaitedDurableStore {
  readonly store: DurableStore
  load(space: string, ...keys: readonly string[]): Promise<readonly unknown[]>
  commit(writes: readonly StateWrite[], ledger?: readonly LedgerWrite[]): Promise<void>
  close(): Promise<void>
}

/** The stores of one application; who does not say otherwise is the first process of slot a#1 in the first run. */
export type OpenAwaited = (owner?: Partial<SlotOwner>) => Promise<AwaitedDurableStore>

/** What the tests of durable stores share. */
export interface DurableStoreWorld {
  readonly settings: SuiteSettings
  application(): Promise<OpenAwaited>
}

/** Runs one test and closes the stores it has opened. */
export async function runDurableStoreCase(
  one: DurableStoreCase,
  openStores: OpenDurableStores,
  settings: SuiteSettings,
): Promise<void> {
  const { patienceMs } = settings
  const opened: AwaitedDurableStore[] = []
  const world: DurableStoreWorld = {
    settings,
    async application() {
      const open = await within(patienceMs, 'making an application', openStores())
      return async (owner = {}) => {
        const opening = open({ slot: 'a#1', run: 'first', incarnation: 1, ...owner })
        const store = awaitedStore(await within(patienceMs, 'opening a store', opening), settings)
        opened.push(store)
        return store
      }
    },
  }
  try {
    await one.run(world)
  } finally {
    // A test may have closed its store, or lost it; whether closing fails is not the question here.
    await Promise.allSettled(opened.map((store) => store.close()))
  }
}

function awaitedStore(store: DurableStore, { patienceMs }: SuiteSettings): AwaitedDurableStore {
  return {
    store,
    async load(space, ...keys) {
      return await within(patienceMs, 'load', store.load(space, keys))
    },
    commit: (writes, ledger) => within(patienceMs, 'commit', store.commit(writes, ledger)),
    close: () => within(patienceMs, 'close', store.close()),
  }
}
