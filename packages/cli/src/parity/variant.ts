import { suggestion } from '@millrace/contracts'
import type { ApplicationOptions, CheckOptions } from '@millrace/kernel'
import { UsageError } from '../command-line/usage-error.js'
import type { Apart } from './apart.js'

/** A way to run an application whose sinks must receive the same as in every other. */
export interface Variant {
  readonly name: string
  /** Configuration files that are laid over those of the application. */
  readonly overlays: readonly string[]
  /** Laid over `runtime.platform` of all of them. */
  readonly platform?: Readonly<Record<string, unknown>>
  readonly checks: CheckOptions
  /** Whether worker processes are used where the configuration has them. */
  readonly processes: boolean
  /** What probably differs where its run fails or gives something else. */
  readonly advice: string
}

const inMemory: Variant = {
  name: 'memory',
  overlays: [],
  checks: { validate: 'every', freeze: false, serialise: false },
  processes: false,
  advice: 'the application does not give the same twice: it uses time, chance, or what another run left behind',
}

const builtIn: readonly Variant[] = [
  inMemory,
  {
    name: 'frozen',
    overlays: [],
    checks: { validate: 'every', freeze: true, serialise: false },
    processes: false,
    advice: 'a handler changes a payload that it was given; it must make its own: { ...payload, … }',
  },
  {
    name: 'serialised',
    overlays: [],
    checks: { validate: 'every', freeze: true, serialise: true },
    processes: false,
    advice:
      'a node relies on what JSON does not carry: undefined, instances of classes, or payloads that are the same object',
  },
  {
    name: 'tcp_local',
    overlays: [],
    platform: { bootstrap: { mode: 'process_supervisor' }, execution_ipc: { transport: 'tcp_local' } },
    checks: inMemory.checks,
    processes: true,
    advice:
      'a node relies on what other processes do not share: a variable of a module, a file, or the pid; declare it as state',
  },
]

/** What is compared when nobody says otherwise: in one process. */
export const defaultVariants = 'memory,frozen,serialised'

/** What is compared when nobody says otherwise and the configuration has process groups. */
export const defaultVariantsWithGroups = 'memory,frozen,serialised,tcp_local'

/**
 * Reads a list of variants: `memory`, `frozen`, `serialised`, `tcp_local`, and `NAME=overlay.yml` for a profile.
 *
 * @throws UsageError
 */
export function parseVariants(text: string): readonly [Variant, ...Variant[]] {
  const [reference, ...others] = text.split(',').map((entry) => parseVariant(entry.trim()))
  if (reference === undefined || others.length === 0)
    throw new UsageError(`--variants needs at least two to compare, such as ${defaultVariants}`, 'parity')
  const names = [reference, ...others].map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new UsageError(`--variants has '${twice}' twice`, 'parity')
  return [reference, ...others]
}

/** The application as a variant runs it. */
export function applicationOf(
  { overlays, platform }: Variant,
  files: readonly string[],
  { platform: apart, ...letters }: Apart = {},
): ApplicationOptions {
  return { config: [...files, ...overlays], overlay: { ...letters, runtime: { platform: { ...platform, ...apart } } } }
}

function parseVariant(entry: string): Variant {
  const at = entry.indexOf('=')
  if (at === -1) return named(entry)
  const [name, overlay] = [entry.slice(0, at), entry.slice(at + 1)]
  if (name === '' || overlay === '')
    throw new UsageError(`--variants has '${entry}', which must be NAME=FILE, such as tcp=profile.tcp.yml`, 'parity')
  return {
    name,
    overlays: [overlay],
    checks: inMemory.checks,
    processes: true,
    advice: `the application depends on what ${overlay} changes`,
  }
}

function named(name: string): Variant {
  const variant = builtIn.find((one) => one.name === name)
  if (variant !== undefined) return variant
  const known = builtIn.map((one) => one.name)
  throw new UsageError(`there is no variant '${name}'; a profile is NAME=FILE; ${suggestion(name, known)}`, 'parity')
}
