import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, promisify } from 'node:util'

/** What is asked, again and again. */
export interface WrkTask {
  readonly url: string
  /** Sent as JSON; the answer must be equal to it. */
  readonly payload: object
  /** How many connections ask at once. */
  readonly connections: number
  readonly seconds: number
}

/** What came of it. */
export interface WrkResult {
  readonly requests: number
  readonly wallMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What its script prints. */
interface WrkSummary {
  readonly requests: number
  readonly failed: number
  readonly wallUs: number
  readonly p50Us: number
  readonly p99Us: number
}

const script = fileURLToPath(new URL('../programs/wrk-post.lua', import.meta.url))
const run = promisify(execFile)

/**
 * Makes load by wrk, which is one thread of C: it takes little of the processors that it shares with whoever answers.
 *
 * @throws Error when wrk is not installed, when an answer is not what was sent, or when one was refused or none came
 */
export async function askByWrk({ url, payload, connections, seconds }: WrkTask): Promise<WrkResult> {
  const body = JSON.stringify(payload)
  await prove(url, body, payload)
  const args = [
    '--threads',
    '1',
    '--connections',
    `${connections}`,
    '--duration',
    `${seconds}s`,
    '--script',
    script,
    url,
  ]
  const { stdout } = await run('wrk', args, { env: { ...process.env, WRK_BODY: body } }).catch((error: Error) => {
    throw 'code' in error && error.code === 'ENOENT' ? notInstalled() : error
  })
  const said = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as WrkSummary // our own script prints it
  if (said.failed > 0)
    throw new Error(`${url} has not answered well: ${said.failed} of ${said.requests} requests failed`)
  if (said.requests === 0) throw new Error(`${url} has not answered within ${seconds} s`)
  return { requests: said.requests, wallMs: said.wallUs / 1000, p50Ms: said.p50Us / 1000, p99Ms: said.p99Us / 1000 }
}

/** One echo must be what was sent, so that everybody does the same work. */
async function prove(url: string, body: string, payload: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!isDeepStrictEqual(JSON.parse(await response.text()), payload))
    throw new Error(`the echo of ${url} is not what was sent`)
}

function notInstalled(): Error {
  return new Error('wrk makes the load and is not installed; install it, on Debian with: apt-get install wrk')
}
