/** The two sets of rules; each has a module of its name and a configuration in `config/`. */
export const scenarios = ['baseline', 'experiment'] as const

/** Which set of rules decides. */
export type Scenario = (typeof scenarios)[number]

/** Where the graph runs; each has an overlay in `config/`. */
export const profiles = [
  'memory',
  'tcp_local',
  'tcp_local_durable',
  'tcp_local_partitioned',
  'zeromq_local',
  'redis',
] as const

/** Where the graph runs. */
export type ReferenceProfile = (typeof profiles)[number]
