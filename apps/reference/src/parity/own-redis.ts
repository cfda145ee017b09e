import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { MillraceError } from '@millrace/contracts'

const patienceMs = 20_000

/** A Redis server that is there for one comparison. */
export interface OwnRedis {
  /** With its password, which stands nowhere else. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts a Redis server on a free port of 127.0.0.1, which keeps nothing.
 *
 * @returns undefined when `redis-server` is not installed
 * @throws MillraceError BACKEND_UNAVAILABLE when it does not take connections within 20 seconds
 */
export async function startOwnRedis(): Promise<OwnRedis | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-redis-'))
  const [port, password] = [await freePort(), randomBytes(32).toString('hex')]
  const server = spawn('redis-server', ['-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const end = (): void => void server.kill('SIGKILL')
  process.once('exit', end)
  const stop = async (): Promise<void> => {
    process.off('exit', end)
    if (server.kill('SIGKILL')) await once(server, 'exit')
    await rm(folder, { recursive: true })
  }
  try {
    const started = ready(server)
    // It reads its configuration from standard input: other users of the machine can see neither file nor arguments.
    const config = { port, bind: '127.0.0.1', dir: folder, save: '', requirepass: password }
    server.stdin.on('error', () => undefined)
    server.stdin.end(
      Object.entries(config)
        .map(([name, value]) => `${name} ${JSON.stringify(String(value))}\n`)
        .join(''),
    )
    if (await started) return { url: `redis://:${password}@127.0.0.1:${port}`, stop }
    await stop()
    return undefined
  } catch (thrown) {
    await stop()
    throw thrown
  }
}

/** Resolves with true when it takes connections, with false when there is no such program. */
function ready(server: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new MillraceError('BACKEND_UNAVAILABLE', `redis-server ${why}`))
    const timer = setTimeout(fail, patienceMs, `was not ready within ${patienceMs} ms`)
    server.once('close', () => clearTimeout(timer))
    server.once('error', () => resolve(false))
    server.once('exit', (code) => fail(`ended with exit code ${code} before it was ready`))
    if (server.stdout === null) return fail('has no output')
    createInterface(server.stdout).on('line', (line) => {
      if (!/ready to accept connections/iu.test(line)) return
      clearTimeout(timer)
      resolve(true)
    })
  })
}

async function freePort(): Promise<number> {
  const taker = createServer().listen(0, '127.0.0.1')
  await once(taker, 'listening')
  const address = taker.address()
  taker.close()
  await once(taker, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
