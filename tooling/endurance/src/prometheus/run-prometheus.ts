import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PrometheusApi } from './prometheus-api.js'

/** How long a server may take to be ready, and to end, in milliseconds. */
const readyMs = 60_000
const endMs = 10_000

/** A Prometheus server that scrapes one application every second, with rules that are looked at as often. */
export interface Prometheus {
  readonly api: PrometheusApi
  /** The file that it was started with. */
  readonly config: string
  close(): Promise<void>
}

/**
 * Starts one on loopback, with its data in a folder that is removed in the end.
 *
 * @param port that the application serves its metrics on
 * @param rules a file of them
 * @throws Error when the program is not there, or does not become ready
 */
export async function runPrometheus(port: number, rules: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-prometheus-'))
  const config = join(folder, 'prometheus.yml')
  writeFileSync(config, JSON.stringify(configFor(port, rules)))
  const own = await freePort()
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${own}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const ended = new Promise<Error>((resolve) => {
    child.once('error', (cause) =>
      resolve(new Error('prometheus cannot be started; it is the package prometheus of Debian', { cause })),
    )
    child.once('exit', (code) => resolve(new Error(`prometheus has ended with ${code}`)))
  })
  const url = `http://127.0.0.1:${own}`
  const close = async (): Promise<void> => {
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await ready(url, ended)
  } catch (error) {
    await close()
    throw error
  }
  return { api: new PrometheusApi(url), config, close }
}

/** YAML, as all JSON is. */
function configFor(port: number, rules: string): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'millrace', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  }
}

async function ready(url: string, ended: Promise<Error>): Promise<void> {
  const deadline = performance.now() + readyMs
  while (performance.now() < deadline) {
    const failure = await Promise.race([ended, delay(100)])
    if (failure !== undefined) throw failure
    const response = await fetch(`${url}/-/ready`).catch(() => undefined)
    if (response?.status === 200) return
  }
  throw new Error(`prometheus was not ready within ${readyMs} ms`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const timer = setTimeout(() => child.kill('SIGKILL'), endMs)
  const gone = once(child, 'exit')
  child.kill()
  await gone
  clearTimeout(timer)
}

/** A port of loopback that was free just now: neither program can be asked which one it took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new TypeError('a TCP server has a port')
  return address.port
}
