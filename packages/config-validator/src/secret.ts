import { constants, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MillraceError } from '@millrace/contracts'
import type { AuthConfig } from './config.js'
import { errorCode } from './error-code.js'
import type { Machine } from './machine.js'

/** The bytes of a static secret, or why there are none; never a word of what they are. */
export type SecretReading =
  | { readonly secret: Uint8Array }
  | { readonly key: 'secret_env' | 'secret_file'; readonly problem: string }

const leastBytes = 32

/**
 * The static secret that a configuration names.
 *
 * @returns the UTF-8 bytes of the variable, or the bytes of the file, every one of them; undefined where the secret is
 *   generated for each run
 * @throws MillraceError SEC_SECRET_INVALID when it is missing, too short, or may be read by others
 */
export async function readSecret(auth: AuthConfig, machine: Machine): Promise<Uint8Array | undefined> {
  if (auth.secret_mode !== 'static') return undefined
  const reading = await readStaticSecret(auth, machine)
  if ('secret' in reading) return reading.secret
  throw new MillraceError('SEC_SECRET_INVALID', `runtime.platform.execution_ipc.auth.${reading.key} ${reading.problem}`)
}

/** Reads the secret from where it is named, and says what is wrong with it in the words of a finding. */
export async function readStaticSecret(
  { secret_env, secret_file }: Pick<AuthConfig, 'secret_env' | 'secret_file'>,
  { baseDir, env }: Machine,
): Promise<SecretReading> {
  if (secret_env !== undefined) return longEnough('secret_env', fromVariable(env[secret_env]))
  if (secret_file !== undefined) return longEnough('secret_file', await fromFile(resolve(baseDir, secret_file)))
  return { key: 'secret_env', problem: 'is missing' }
}

function longEnough(key: 'secret_env' | 'secret_file', found: Uint8Array | string): SecretReading {
  if (typeof found === 'string') return { key, problem: found }
  if (found.length >= leastBytes) return { secret: found }
  return { key, problem: `leads to a secret of ${found.length} bytes; it must have at least ${leastBytes}` }
}

function fromVariable(value: string | undefined): Uint8Array | string {
  return value === undefined
    ? `names an environment variable that is not set; set it to at least ${leastBytes} bytes`
    : Buffer.from(value, 'utf8')
}

async function fromFile(path: string): Promise<Uint8Array | string> {
  try {
    // One descriptor for all: what was judged is what is read. A pipe must not hold us up.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return fileProblem(await file.stat()) ?? (await file.readFile())
    } finally {
      await file.close()
    }
  } catch (error) {
    return openFailure(error)
  }
}

function fileProblem(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'leads to something that is not a file'
  // Windows has no such bits: it reports the same mode for every file.
  if (process.platform === 'win32' || (stats.mode & 0o077) === 0) return undefined
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
  return `leads to a file that others may read or write (mode ${mode}); run chmod 600 on it`
}

function openFailure(error: unknown): string {
  const code = errorCode(error)
  return code === 'ENOENT'
    ? 'leads to no file; a relative path starts at the folder of the first configuration file'
    : `leads to a file that cannot be read (${code ?? 'unknown reason'})`
}
