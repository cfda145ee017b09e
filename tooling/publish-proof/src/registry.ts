import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** A package registry on loopback that holds our packages and passes everything else on. */
export interface Registry {
  readonly url: string
  stop(): Promise<void>
}

export interface RegistrySettings {
  /** An empty folder of its own, absolute. */
  readonly folder: string
  /** Where packages of others come from. */
  readonly uplink: string
  readonly env: NodeJS.ProcessEnv
}

const startMs = 60_000

/** Starts verdaccio on a free port and waits until it answers. */
export async function startRegistry({ folder, uplink, env }: RegistrySettings): Promise<Registry> {
  const address = `127.0.0.1:${await freePort()}`
  const config = join(folder, 'verdaccio.yaml')
  writeFileSync(config, configText(folder, uplink))
  const child = fork(verdaccioProgram(), ['--config', config, '--listen', address], { cwd: folder, env, silent: true })
  const log: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => log.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => log.push(chunk))
  const stop = async (): Promise<void> => stopChild(child)
  try {
    await started(child)
    const answer = await fetch(`http://${address}/-/ping`, { signal: AbortSignal.timeout(startMs) })
    if (!answer.ok) throw new Error(`the registry answers its ping with ${answer.status}`)
    return { url: `http://${address}/`, stop }
  } catch (error) {
    await stop()
    throw new Error(`the registry did not start: ${Buffer.concat(log).toString('utf8')}`, { cause: error })
  }
}

/** Our own names have no uplink: they can come from this registry alone. */
function configText(folder: string, uplink: string): string {
  return JSON.stringify({
    storage: join(folder, 'storage'),
    uplinks: { upstream: { url: uplink, timeout: '60s', maxage: '30m' } },
    packages: {
      '@millrace/*': { access: '$all', publish: '$all', unpublish: '$all' },
      '**': { access: '$all', proxy: 'upstream' },
    },
    max_body_size: '50mb',
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
  })
}

/** Verdaccio tells a parent that has a channel to it when it listens. */
async function started(child: ChildProcess): Promise<void> {
  const limit = AbortSignal.timeout(startMs)
  const ended = once(child, 'exit', { signal: limit }).then(() => Promise.reject(new Error('it ended at once')))
  await Promise.race([once(child, 'message', { signal: limit }), ended])
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

function verdaccioProgram(): string {
  const require = createRequire(import.meta.url)
  return require.resolve('verdaccio/bin/verdaccio')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1')
  return address.port
}
