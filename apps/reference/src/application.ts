import type { ApplicationOptions } from '@millrace/kernel'
import { configFiles } from './config-files.js'
import type { ReferenceProfile, Scenario } from './scenarios.js'
import { groupsWithWorkers } from './worker-groups.js'

/** Which application runs, where, and on what. */
export interface ApplicationSettings {
  readonly scenario: Scenario
  readonly profile: ReferenceProfile
  /** How many workers each group has that the profile gives several; undefined for what the profile says. */
  readonly workers?: number | undefined
  /** How often each id is hashed over, to give the features something to do. @default 0 */
  readonly hashRounds?: number | undefined
  /** Whether the modules are taken whose nodes are slow at random. @default false */
  readonly delayed?: boolean | undefined
  /** A file, `-` for standard input, or a local socket. */
  readonly input: string
  /** A file, or `-` for standard output. */
  readonly output: string
  /** @default false */
  readonly resume?: boolean | undefined
}

/**
 * The configuration of an application, as a runtime takes it.
 *
 * @throws MillraceError for whatever the preflight finds, where the number of workers is given
 */
export async function application(
  settings: ApplicationSettings,
): Promise<Required<Pick<ApplicationOptions, 'config' | 'overlay'>>> {
  const { scenario, profile, workers, hashRounds = 0, delayed = false, input, output, resume = false } = settings
  const config = configFiles(scenario, profile)
  const modules = delayed ? { discovery_modules: [`../src/delayed/${scenario}.ts`] } : {}
  const groups = workers === undefined ? {} : (await groupsWithWorkers(config, workers)).runtime
  return {
    config,
    overlay: {
      runtime: { ...modules, ...groups },
      adapters: { read: { path: input }, write: { path: output, resume } },
      ...(hashRounds === 0 ? {} : { nodes: { features: { hash_rounds: hashRounds } } }),
    },
  }
}
