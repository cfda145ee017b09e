import type { DurableStore, EventEmitter, MillraceError, StateStore } from '@millrace/contracts'
import type { Preflight } from '../preflight/preflight.js'
import { openLastingStore } from '../runs/lasting-store.js'
import { openRun } from '../runs/open-run.js'
import { redisRuns } from '../runs/redis-runs.js'
import { LateStore } from './late-store.js'

/** Whose state it is. */
export interface OwnerOfState {
  readonly slot: string
  /** Names the run. */
  readonly run: string
  readonly events: EventEmitter
}

/**
 * The state of an application that runs in one process, in Redis: what a handler has written is kept before anything that it
 * returned is sent. Where sources feed the application it begins with nothing, also when the run is resumed, since a run in one
 * process begins at the first line then.
 */
export function stateOfOne(preflight: Preflight, { slot, run, events }: OwnerOfState): LateStore {
  const { config, nodes, plan } = preflight
  const { redis } = config.runtime.platform
  // Whoever commits after the lease was lost is refused, and that is what its root fails with.
  const lost = (): void => undefined
  const env = { ...process.env }
  return new LateStore(async (signal): Promise<StateStore> => {
    const { createRedisStore, redisSettings } = await import('@millrace/transport-redis')
    const isFed = nodes.some(({ kind }) => kind === 'source')
    const kept = await redisRuns({ redis, env, run, slots: [], events, signal, lost })
    const open = await openRun({ kept, isFed, resume: false, events, planHash: plan.hash })
    const settings = redisSettings(redis, env, events.redactor)
    const openSlot = (lostNow: (error: MillraceError) => void): Promise<DurableStore> =>
      createRedisStore({ settings, slot, run, incarnation: 1, signal, events, lost: lostNow })
    const store = await openLastingStore({ open: openSlot, run, lost }).catch(async (thrown) => {
      await open.close()
      throw thrown
    })
    return {
      load: (space, keys) => store.load(space, keys),
      commit: (writes) => store.commit(writes),
      close: async () => {
        await store.close()
        await open.close()
      },
    }
  })
}
