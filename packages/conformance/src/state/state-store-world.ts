import type { StateStore, StateWrite } from '@millrace/contracts'
import type { SuiteSettings } from '../test-runner.js'
import { within } from '../within.js'
import { type OpenedStore, withStores } from './opened-stores.js'

/** Makes a store that holds nothing. */
export type OpenStateStore = () => StateStore | Promise<StateStore>

/** One test of the state store suite. */
export interface StateStoreCase {
  readonly title: string
  run(world: StateStoreWorld): Promise<void>
}

/** A store that a test has opened. */
export interface AwaitedStore extends OpenedStore<StateStore> {
  commit(...writes: readonly StateWrite[]): Promise<void>
}

/** What the tests of a state store share. */
export interface StateStoreWorld {
  readonly settings: SuiteSettings
  open(): Promise<AwaitedStore>
}

/** Runs one test and closes the stores it has opened. */
export function runStateStoreCase(one: StateStoreCase, open: OpenStateStore, settings: SuiteSettings): Promise<void> {
  return withStores<StateStore>(settings, (opened) =>
    one.run({
      settings,
      async open() {
        const awaited = await opened(open())
        return {
          ...awaited,
          async commit(...writes) {
            await within(settings.patienceMs, 'commit', awaited.store.commit(writes))
          },
        }
      },
    }),
  )
}
