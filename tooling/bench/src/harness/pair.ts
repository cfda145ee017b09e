import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import type { HopMeasurement, HopTask } from '../programs/hop-side.js'

/** A side that has been started: its processes live and are warm. */
export interface Pair {
  measure(task: HopTask): Promise<HopMeasurement>
  close(): Promise<void>
}

/** What a pair is started from. */
export interface PairProgram {
  /** The compiled driver. */
  readonly driver: string
  /** The module of the side. */
  readonly side: string
  /** Where it runs; packages that it needs are found from there. @default here */
  readonly cwd?: string
  /** Flags of Node. @default [] */
  readonly flags?: readonly string[]
}

/** How long a start, a measurement or an end may take before it is given up. */
const mostMs = 120_000

/**
 * Starts both processes of a side, in production mode.
 *
 * @throws Error when the asking process ends, or says nothing in time
 */
export async function openPair({ driver, side, cwd, flags = [] }: PairProgram): Promise<Pair> {
  const child = fork(driver, [pathToFileURL(side).href], {
    execArgv: [...flags],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(cwd === undefined ? {} : { cwd }),
  })
  await heard(child, `${side} has not started`)
  return {
    measure(task) {
      child.send(task)
      return heard(child, `${side} has not answered ${JSON.stringify(task)}`) as Promise<HopMeasurement> // our own driver says it
    },
    async close() {
      if (!child.connected) return // it has ended, and who waited for it has heard
      child.send('close')
      const timer = setTimeout(() => child.kill('SIGKILL'), mostMs)
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
      clearTimeout(timer)
      if (code !== 0) throw new Error(`${side} ended with ${signal ?? `exit code ${code}`}`)
    },
  }
}

function heard(child: ChildProcess, what: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), mostMs)
    const settle = (): void => {
      clearTimeout(timer)
      child.off('message', said).off('exit', ended)
    }
    const said = (message: unknown): void => {
      settle()
      resolve(message)
    }
    const ended = (code: number | null, signal: string | null): void => {
      settle()
      reject(new Error(`${what}: its process ended with ${signal ?? `exit code ${code}`}`))
    }
    child.on('message', said).on('exit', ended)
  })
}
