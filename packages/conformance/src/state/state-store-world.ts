import type { StateStore, StateWrite } from '@millrace/contracts'
import type { SuiteSettings } from '../test-runner.js'
import { within } from '../within.js'

/** Makes a store that holds nothing. */
export type OpenStateStore = () => StateStore | Promise<StateStore>

/** One test of the state store suite. */
export interface StateStoreCase {
  readonly title: string
  run(world: StateStoreWorld): Promise<void>
}

/** A store whose answers are awaited with patience, whether they come at once or later. */
export interface AwaitedStore {
  readonly store: StateStore
  load(space: string, ...keys: readonly string[]): Promise<readonly unknown[]>
  commit(...writes: readonly StateWrite[]): Promise<void>
  close(): Promise<void>
}

/** What the tests of a state store share. */
export interface StateStoreWorld {
  readonly settings: SuiteSettings
  open(): Promise<AwaitedStore>
}

/** Runs one test and closes the stores it has opened. */
export async function runStateStoreCase(
  one: StateStoreCase,
  open: OpenStateStore,
  settings: SuiteSettings,
): Promise<void> {
  const opened: AwaitedStore[] = []
  const world: StateStoreWorld = {
    settings,
    async open() {
      const store = awaitedStore(await within(settings.patienceMs, 'opening a store', open()), settings)
      opened.push(store)
      return store
    },
  }
  try {
    await one.run(world)
  } finally {
    // A test may have closed its store; whether a second close fails is not the question here.
    await Promise.allSettled(opened.map((store) => store.close()))
  }
}

function awaitedStore(store: StateStore, { patienceMs }: SuiteSettings): AwaitedStore {
  return {
    store,
    async load(space, ...keys) {
      return await within(patienceMs, 'load', store.load(space, keys))
    },
    async commit(...writes) {
      await within(patienceMs, 'commit', store.commit(writes))
    },
    async close() {
      await within(patienceMs, 'close', store.close())
    },
  }
}
