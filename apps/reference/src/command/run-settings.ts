import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { MillraceError } from '@millrace/contracts'
import { profiles, type ReferenceProfile, type Scenario, scenarios } from '../scenarios.js'

/** What `reference run` was asked for. */
export interface RunSettings {
  readonly scenario: Scenario
  readonly profile: ReferenceProfile
  /** How many workers each group has that the profile gives several; undefined for what the profile says. */
  readonly workers: number | undefined
  /** How often each id is hashed over. */
  readonly hashRounds: number
  /** A file, or `-` for standard input. */
  readonly input: string
  /** A file, or `-` for standard output. */
  readonly output: string
  readonly resume: boolean
  readonly json: boolean
  readonly quiet: boolean
}

const options = {
  scenario: { type: 'string' },
  profile: { type: 'string', default: 'memory' },
  workers: { type: 'string' },
  'hash-rounds': { type: 'string', default: '0' },
  input: { type: 'string' },
  output: { type: 'string' },
  resume: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
} as const

/**
 * Reads the arguments of `reference run`.
 *
 * @throws MillraceError CONFIG_INVALID, saying which argument is wrong and what is allowed
 */
export function runSettings(args: readonly string[]): RunSettings {
  const { workers, 'hash-rounds': hashRounds, ...values } = parsed(args)
  const settings: RunSettings = {
    ...values,
    workers: workers === undefined ? undefined : whole('--workers', workers, 1),
    hashRounds: whole('--hash-rounds', hashRounds, 0),
    scenario: oneOf('--scenario', scenarios, values.scenario),
    profile: oneOf('--profile', profiles, values.profile),
    input: required('--input', values.input, 'standard input'),
    output: required('--output', values.output, 'standard output'),
  }
  refuseConflicts(settings)
  return settings
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw refusal((error as Error).message) // parseArgs throws errors and nothing else
  }
}

function oneOf<Value extends string>(option: string, allowed: readonly Value[], given: string | undefined): Value {
  const found = allowed.find((value) => value === given)
  if (found !== undefined) return found
  const got = given === undefined ? 'it is missing' : `got ${JSON.stringify(given)}`
  throw refusal(`${option} must be one of ${allowed.join(', ')} (${got})`)
}

function required(option: string, given: string | undefined, dash: string): string {
  if (given !== undefined && given !== '') return given
  throw refusal(`${option} is missing: name a file, or give ${option} - for ${dash}`)
}

function whole(option: string, given: string, least: number): number {
  const value = Number(given)
  if (given.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw refusal(`${option} must be a whole number from ${least} on (got ${JSON.stringify(given)})`)
}

function refuseConflicts({ profile, workers, input, output, resume, json }: RunSettings): void {
  if (profile === 'memory' && workers !== undefined)
    throw refusal(
      '--workers needs a profile with worker processes, such as --profile tcp_local: memory has one process',
    )
  if (output === '-' && json)
    throw refusal('--json and --output - would both write to standard output: name a file for one of them')
  if (output === '-' && resume) throw refusal('--resume needs a file: standard output keeps nothing to go on from')
  if (input === '-' || output === '-') return
  for (const written of [output, `${output}.part`])
    if (isSameFile(input, written))
      throw refusal(`--input and --output would be the same file, ${written}: name another output`)
}

function isSameFile(first: string, second: string): boolean {
  const [one, other] = [first, second].map((path) => statSync(path, { throwIfNoEntry: false }))
  return one !== undefined && other !== undefined && one.isFile() && one.dev === other.dev && one.ino === other.ino
}

function refusal(detail: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', `${detail}. See pnpm reference --help`)
}
