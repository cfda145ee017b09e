/**
 * Where running applications can be reached: one folder for each user, one unix socket for each application.
 *
 * F1  The folder belongs to this user and is closed to everybody else (0700), or it is not used at all.
 * F2  A socket is named by scenario and pid, so that it is found without being opened. One whose process is gone is removed by
 *     whoever looks next.
 */
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MillraceError } from '@millrace/contracts'

/** Longer paths are no address of a unix socket: 104 bytes on macOS, 108 on Linux, the last of which ends it. */
const longestPathBytes = 103

/** Longer scenario names are cut in the names of sockets. */
const longestNameLength = 32

/** A running application, as its socket names it. */
export interface FoundApplication {
  /** The scenario, with every character that is not a letter, digit, dot or dash as a dash. */
  readonly name: string
  readonly pid: number
  readonly path: string
}

/** The folder of this user. */
export function controlFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_RUNTIME_DIR: runtimeDir } = env
  return runtimeDir === undefined || runtimeDir === ''
    ? join(tmpdir(), `millrace-${process.getuid?.() ?? 0}`)
    : join(runtimeDir, 'millrace')
}

/**
 * A path for the socket of an application of this process; the folder is made where it is missing.
 *
 * @throws MillraceError CONTROL_UNAVAILABLE when the folder is open to others, cannot be made, or has too long a path
 */
export function newSocketPath(scenario: string, folder: string = controlFolder()): string {
  makeFolder(folder)
  const taken = new Set(applicationsIn(folder).map(({ path }) => path))
  const own = join(folder, `${socketName(scenario)}.${process.pid}`)
  let path = `${own}.sock`
  for (let number = 2; taken.has(path); number++) path = `${own}.${number}.sock`
  if (Buffer.byteLength(path) <= longestPathBytes) return path
  throw unavailable(
    `its path would be longer than ${longestPathBytes} bytes: ${path}; set XDG_RUNTIME_DIR to a shorter folder`,
  )
}

/** The applications that run now, by name and pid. What dead processes have left is removed. */
export function applicationsIn(folder: string = controlFolder()): readonly FoundApplication[] {
  if (whyUnsafe(folder) !== undefined) return []
  return readdirSync(folder)
    .flatMap((file) => applicationOf(folder, file) ?? [])
    .sort((one, other) => one.name.localeCompare(other.name) || one.pid - other.pid)
}

/** A scenario as it stands in the name of a socket. */
export function socketName(scenario: string): string {
  return scenario.replace(/[^\p{L}\p{N}.-]/gu, '-').slice(0, longestNameLength)
}

function applicationOf(folder: string, file: string): FoundApplication | undefined {
  const match = /^(.+?)\.(\d+)(?:\.\d+)?\.sock$/u.exec(file)
  if (match === null) return undefined
  const [, name = '', pid = ''] = match
  const path = join(folder, file)
  if (isAlive(Number(pid))) return { name, pid: Number(pid), path }
  rmSync(path, { force: true })
  return undefined
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true })
  } catch (cause) {
    throw unavailable(`the folder ${folder} cannot be made; set XDG_RUNTIME_DIR to one that can`, cause)
  }
  const reason = whyUnsafe(folder)
  if (reason !== undefined)
    throw unavailable(`the folder ${folder} ${reason}; remove it, or set XDG_RUNTIME_DIR to another`)
}

/** Why nobody may rely on a folder: somebody else could have put something in it. */
function whyUnsafe(folder: string): string | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return 'does not exist'
  if (!found.isDirectory()) return 'is no folder'
  if (found.uid !== (process.getuid?.() ?? found.uid)) return 'belongs to another user'
  return (found.mode & 0o077) === 0 ? undefined : 'is open to other users'
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function unavailable(why: string, cause?: unknown): MillraceError {
  return new MillraceError('CONTROL_UNAVAILABLE', `the control socket cannot be opened, because ${why}`, { cause })
}
