import type { CheckOptions } from '@millrace/kernel'
import { type ReferenceProfile, type Scenario, scenarios } from '../scenarios.js'

/** One way to run the application; all must give the same bytes. */
export interface Variant {
  readonly name: string
  readonly profile: ReferenceProfile
  readonly checks: CheckOptions
  /** How many workers each group has that the profile gives several; undefined for what the profile says. */
  readonly workers?: number
  /** Whether every part is slow at random. */
  readonly delayed?: boolean
  /** The scenarios that can run so. */
  readonly scenarios: readonly Scenario[]
}

const asInProduction = { validate: 'entry', freeze: false } as const

const inMemory = [
  { name: 'memory', profile: 'memory', checks: asInProduction, scenarios },
  { name: 'memory, frozen', profile: 'memory', checks: { validate: 'every', freeze: true }, scenarios },
  {
    name: 'memory, serialised',
    profile: 'memory',
    checks: { validate: 'every', freeze: true, serialise: true },
    scenarios,
  },
] as const satisfies readonly Variant[]

const inProcesses = [1, 2, 4].map((workers): Variant => {
  const name = `tcp_local, ${workers} for features`
  return { name, profile: 'tcp_local', workers, checks: asInProduction, scenarios }
})

const overZeromq: Variant = {
  name: 'zeromq_local, 2 for features',
  profile: 'zeromq_local',
  workers: 2,
  checks: asInProduction,
  scenarios,
}

const overRedis = [1, 2, 4].map((workers): Variant => {
  const name = `redis, ${workers} for features`
  return { name, profile: 'redis', workers, checks: asInProduction, scenarios }
})

const slow = (['tcp_local', 'redis'] as const).map((profile): Variant => {
  const name = `${profile}, slow at random`
  return { name, profile, delayed: true, checks: asInProduction, scenarios }
})

/** Only the baseline's state can be divided. */
const partitioned = [2, 4].map((workers): Variant => {
  const name = `tcp_local, policy in ${workers} + ${workers}`
  return { name, profile: 'tcp_local_partitioned', workers, checks: asInProduction, scenarios: ['baseline'] }
})

/** What `pnpm demo` has the time for. */
export const demoVariants: readonly Variant[] = [
  ...inMemory,
  ...inProcesses,
  overZeromq,
  ...overRedis.filter(({ workers }) => workers === 2),
]

/** Every variant that exists, the plain one first. */
export const variants: readonly Variant[] = [
  ...inMemory,
  ...inProcesses,
  overZeromq,
  ...overRedis,
  ...slow,
  ...partitioned,
]
