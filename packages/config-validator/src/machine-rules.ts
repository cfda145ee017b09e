import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { MillraceConfig } from './config.js'
import { type Draft, textIn } from './draft.js'
import { errorCode } from './error-code.js'
import type { Mistake } from './finding.js'
import type { Machine } from './machine.js'
import { readStaticSecret } from './secret.js'

/** A rule that asks the machine: files and environment variables. */
type MachineRule = (config: Draft<MillraceConfig>, machine: Machine) => Promise<readonly Mistake[]>

/** What only the machine that runs a configuration can tell. Nothing is changed, and no secret is kept. */
export async function machineMistakes(config: Draft<MillraceConfig>, machine: Machine): Promise<readonly Mistake[]> {
  const found = await Promise.all(machineRules.map((rule) => rule(config, machine)))
  return found.flat()
}

const secretIsSound: MachineRule = async (config, machine) => {
  const { secret_mode, ...sources } = config.runtime?.platform?.execution_ipc?.auth ?? {}
  const secret_env = textIn(sources.secret_env)
  const secret_file = textIn(sources.secret_file)
  if (secret_mode !== 'static' || (secret_env === undefined) === (secret_file === undefined)) return []
  const reading = await readStaticSecret(
    { ...(secret_env === undefined ? {} : { secret_env }), ...(secret_file === undefined ? {} : { secret_file }) },
    machine,
  )
  if ('secret' in reading) return []
  const path = ['runtime', 'platform', 'execution_ipc', 'auth', reading.key]
  return [{ path, message: reading.problem, code: 'SEC_SECRET_INVALID' }]
}

const redisVariablesAreSet: MachineRule = async (config, { env }) => {
  const { redis, execution_ipc, kv } = config.runtime?.platform ?? {}
  const users = [execution_ipc?.transport, kv?.backend, config.dead_letters?.backend]
  if (!users.includes('redis')) return []
  return (['url_env', 'password_env'] as const).flatMap((key) => {
    const name = textIn(redis?.[key])
    if (name === undefined || env[name] !== undefined) return []
    return [
      { path: ['runtime', 'platform', 'redis', key], message: 'names an environment variable that is not set; set it' },
    ]
  })
}

const certificateIsThere: MachineRule = async (config, { baseDir }) => {
  const tls = config.runtime?.web?.server?.tls
  const mistakes = await Promise.all(
    (['key_file', 'cert_file'] as const).map(async (key) => {
      const file = textIn(tls?.[key])
      const problem = file === undefined ? undefined : await unreadableBecause(resolve(baseDir, file))
      if (problem === undefined) return []
      return [{ path: ['runtime', 'web', 'server', 'tls', key], message: `leads to no readable file (${problem})` }]
    }),
  )
  return mistakes.flat()
}

async function unreadableBecause(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK)
    return undefined
  } catch (error) {
    return errorCode(error) ?? 'unknown reason'
  }
}

const machineRules: readonly MachineRule[] = [secretIsSound, redisVariablesAreSet, certificateIsThere]
