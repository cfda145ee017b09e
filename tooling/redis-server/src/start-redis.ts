import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { makeCertificate } from './make-certificate.js'

/** Directives of redis.conf, by their names there: `{ appendonly: 'yes', 'rename-command': ['CONFIG', ''] }`. */
export interface RedisOptions {
  readonly [directive: string]: Value | readonly Value[] | undefined
  /** True to speak TLS and nothing else, with a certificate that its own authority has signed. */
  readonly tls?: boolean
}

type Value = string | number | boolean

/** A Redis server of its own: a process, a port of 127.0.0.1 and a folder, which stay the same when it is started again. */
export interface RedisServer {
  /** Without user and password. */
  readonly url: string
  readonly port: number
  /** Where its files are. */
  readonly folder: string
  /** What `NODE_EXTRA_CA_CERTS` must name for clients to trust its certificate, where it speaks TLS. */
  readonly certificate: string
  /** Ends the process as a crash does; resolves when it is gone. */
  kill(): Promise<void>
  /** Stops the process from running, and lets it run again: it neither answers nor closes anything. */
  pause(): void
  resume(): void
  /** Starts it again after a kill; resolves when it has loaded its data and takes connections. */
  restart(): Promise<void>
  /** What `redis-cli` says to a command, without the line's end. */
  cli(...args: readonly string[]): string
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>
}

const patienceMs = 20_000

/**
 * Starts a Redis server on a free port of 127.0.0.1, in a temporary folder.
 *
 * @throws Error when it does not take connections within 20 s, or ends: what it wrote is in the message
 */
export async function startRedis({ tls = false, ...directives }: RedisOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-redis-'))
  const port = await freePort()
  const certificate = tls ? makeCertificate(folder) : undefined
  const ports = certificate === undefined ? { port } : { ...certificate.directives, port: 0, 'tls-port': port }
  const config = { bind: '127.0.0.1', dir: folder, save: '', ...ports, ...directives }
  const file = join(folder, 'redis.conf')
  await writeFile(file, Object.entries(config).map(lineOf).join(''))
  const login = directives.requirepass === undefined ? {} : { REDISCLI_AUTH: String(directives.requirepass) }
  let child = await spawnServer(file)

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit', { signal: AbortSignal.timeout(patienceMs) })
    child.kill(signal)
    await gone
  }
  return {
    url: `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    port,
    folder,
    certificate: certificate?.authority ?? '',
    kill: () => kill('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async restart() {
      child = await spawnServer(file)
    },
    cli(...args) {
      const secure = certificate === undefined ? [] : ['--tls', '--cacert', certificate.authority]
      const { stdout, stderr, status } = spawnSync('redis-cli', ['-p', String(port), ...secure, ...args], {
        encoding: 'utf8',
        env: { ...process.env, ...login },
        timeout: patienceMs,
      })
      if (status !== 0) throw new Error(`redis-cli ${args[0]} failed: ${stderr}`)
      return stdout.replace(/\n$/u, '')
    },
    async stop() {
      // A stopped process would not be ended by anything milder.
      await kill('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}

/** A line of redis.conf; every value stands in quotes. */
function lineOf([directive, given]: readonly [string, Value | readonly Value[] | undefined]): string {
  if (given === undefined) return ''
  const values = [given].flat().map((value) => JSON.stringify(String(value)))
  return `${directive} ${values.join(' ')}\n`
}

/**
 * A port that is free now, and is none of those that the system deals out by itself: nobody takes it by chance while a server
 * that was killed is to be started again.
 */
async function freePort(): Promise<number> {
  const server = createServer()
  const port = randomInt(10_000, 32_000)
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return await freePort()
  }
  server.close()
  await once(server, 'close')
  return port
}

async function spawnServer(file: string): Promise<ChildProcess> {
  const child = spawn('redis-server', [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  // Nothing outlives the tests.
  const end = (): void => void child.kill('SIGKILL')
  process.on('exit', end)
  child.once('exit', () => process.off('exit', end))
  await ready(child)
  return child
}

/** Resolves with the line in which the server says that it takes connections. */
function ready(child: ChildProcess): Promise<void> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`redis-server ${why}\n${said.join('\n')}`))
    }
    const timer = setTimeout(fail, patienceMs, `was not ready within ${patienceMs} ms`)
    child.once('error', (error) => fail(`cannot be started: ${error.message}`))
    child.once('exit', (code) => fail(`ended with ${code}`))
    if (child.stdout === null) return fail('has no output')
    createInterface(child.stdout).on('line', (line) => {
      if (said.length < 100) said.push(line)
      if (!/ready to accept connections/iu.test(line)) return
      clearTimeout(timer)
      resolve()
    })
  })
}
