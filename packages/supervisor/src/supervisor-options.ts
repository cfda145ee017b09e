import type { EventEmitter, SupervisorListener, WorkerSettings } from '@millrace/contracts'
import type { RestartStrategy } from './restart-strategy.js'
import { restartStrategies } from './restart-strategy.js'

/** What a supervisor works with. */
export interface SupervisorParts {
  readonly listener: SupervisorListener
  /** Every transition of a worker is an event, and so is what a worker says. */
  readonly events: EventEmitter
  /** Monotonic time in milliseconds. @default performance.now */
  readonly clock?: () => number
  /** From 0 to less than 1. @default Math.random */
  readonly random?: () => number
}

/** Which workers there are, and what runs in them. */
export interface SupervisorOptions {
  /** One for each slot, in the order of their start. */
  readonly workers: readonly WorkerSettings[]
  readonly strategy: RestartStrategy
  /** Absolute path or file URL of the main module of every worker; it calls `runWorker`. */
  readonly module: string
  /** What Node itself is told in every worker, such as `--import tsx`. */
  readonly execArgv: readonly string[]
  /** @default that of this process */
  readonly cwd?: string
  /** The environment of every worker; leave out the variable that holds a secret. @default that of this process */
  readonly env?: NodeJS.ProcessEnv
  /** How long `stop` lets workers finish what they hold. */
  readonly gracefulMs: number
  /** How long a worker may take to end after SIGTERM. @default 5_000 */
  readonly terminateMs?: number
  /** How long it may take to be gone after SIGKILL. @default 5_000 */
  readonly killMs?: number
}

/** The options with every gap filled. */
export type SupervisorSettings = Required<Omit<SupervisorOptions, 'cwd' | 'env'>> & {
  readonly cwd: string | undefined
  readonly env: NodeJS.ProcessEnv | undefined
}

/**
 * Fills in the defaults.
 *
 * @throws RangeError when a slot is named twice or the strategy is unknown
 */
export function supervisorSettings(options: SupervisorOptions): SupervisorSettings {
  const slots = options.workers.map(({ slot }) => slot)
  const twice = slots.find((slot, index) => slots.indexOf(slot) !== index)
  if (twice !== undefined) throw new RangeError(`Two workers cannot have one slot: ${twice}`)
  if (!restartStrategies.includes(options.strategy)) throw new RangeError(`Unknown strategy: ${options.strategy}`)
  return { terminateMs: 5_000, killMs: 5_000, cwd: undefined, env: undefined, ...options }
}
