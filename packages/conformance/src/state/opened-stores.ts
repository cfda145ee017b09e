import type { StateStore } from '@millrace/contracts'
import type { SuiteSettings } from '../test-runner.js'
import { within } from '../within.js'

/** A store whose answers are awaited with patience, whether they come at once or later. */
export interface OpenedStore<Store extends StateStore> {
  readonly store: Store
  load(space: string, ...keys: readonly string[]): Promise<readonly unknown[]>
  close(): Promise<void>
}

/** Awaits a store that is being opened. */
export type AwaitStore<Store extends StateStore> = (opening: Store | Promise<Store>) => Promise<OpenedStore<Store>>

/** Runs a test and closes the stores it has opened. */
export async function withStores<Store extends StateStore>(
  { patienceMs }: SuiteSettings,
  use: (opened: AwaitStore<Store>) => Promise<void>,
): Promise<void> {
  const stores: OpenedStore<Store>[] = []
  async function opened(opening: Store | Promise<Store>): Promise<OpenedStore<Store>> {
    const store = await within(patienceMs, 'opening a store', opening)
    const awaited: OpenedStore<Store> = {
      store,
      async load(space, ...keys) {
        return await within(patienceMs, 'load', store.load(space, keys))
      },
      async close() {
        await within(patienceMs, 'close', store.close())
      },
    }
    stores.push(awaited)
    return awaited
  }
  try {
    await use(opened)
  } finally {
    // A test may have closed its store, or lost it; whether closing fails is not the question here.
    await Promise.allSettled(stores.map((store) => store.close()))
  }
}
