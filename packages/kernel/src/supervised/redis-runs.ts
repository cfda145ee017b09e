import type { RedisConfig } from '@millrace/config-validator'
import type { EventEmitter, MillraceError } from '@millrace/contracts'
import { type KeptRuns, runSlot } from './open-run.js'

/** What the runs of an application in Redis are opened with. */
export interface RedisRunsParts {
  readonly redis: RedisConfig
  /** The environment that the configuration names variables of. */
  readonly env: NodeJS.ProcessEnv
  /** Names this run. */
  readonly run: string
  readonly events: EventEmitter
  /** Hears when this process has lost the run, or Redis. */
  readonly lost: (error: MillraceError) => void
}

/** The runs of an application whose state is in Redis. @throws MillraceError CONFIG_INVALID */
export async function redisRuns({ redis, env, run, events, lost }: RedisRunsParts): Promise<KeptRuns> {
  const { createRedisStore, forgetApplication, redisSettings } = await import('@millrace/transport-redis')
  const settings = redisSettings(redis, env)
  if (settings.password !== undefined) events.redactor.protect(Buffer.from(settings.password))
  return {
    open: () => createRedisStore({ settings, slot: runSlot, run, incarnation: 1, events, lost }),
    forget: () => forgetApplication(settings),
  }
}
