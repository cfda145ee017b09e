import type { RedisConfig } from '@millrace/config-validator'
import type { DurableStore, EventEmitter, MillraceError, SlotId } from '@millrace/contracts'
import { openLastingStore } from './lasting-store.js'
import { type KeptRuns, runSlot } from './open-run.js'
import { tellOfLosses } from './tell-of-losses.js'

/** What the runs of an application in Redis are opened with. */
export interface RedisRunsParts {
  readonly redis: RedisConfig
  /** The environment that the configuration names variables of. */
  readonly env: NodeJS.ProcessEnv
  /** Names this run. */
  readonly run: string
  /** The slots of its workers, which have all ended when it is closed. */
  readonly slots: readonly SlotId[]
  readonly events: EventEmitter
  /** Gives up what is being opened or forgotten, with its reason. */
  readonly signal: AbortSignal
  /** Hears when this process has lost the run, or Redis. */
  readonly lost: (error: MillraceError) => void
}

/** The runs of an application whose state is in Redis. @throws MillraceError CONFIG_INVALID */
export async function redisRuns({ redis, env, run, slots, events, signal, lost }: RedisRunsParts): Promise<KeptRuns> {
  const redisPackage = await import('@millrace/transport-redis')
  const { createRedisStore, forgetApplication, redisSettings } = redisPackage
  const settings = redisSettings(redis, env, events.redactor)
  // Before anything is open that would have to be closed if this fails.
  await tellOfLosses(redisPackage, settings, { events, signal })
  const open = (lostNow: (error: MillraceError) => void): Promise<DurableStore> =>
    createRedisStore({
      settings,
      slot: runSlot,
      run,
      incarnation: 1,
      runSlots: slots,
      signal,
      events,
      lost: lostNow,
    })
  return {
    open: () => openLastingStore({ open, run, lost }),
    forget: () => forgetApplication(settings, { signal }),
  }
}
