import { within } from '../src/runtime/deadline.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Ask, Sum } from './fixtures/processes/nodes.js'

const patienceMs = 100_000

/** What became of some requests. */
export interface Asked {
  readonly answered: number
  readonly wrong: readonly unknown[]
}

/** @throws Error naming what did not come in time */
export async function soon<Result>(runtime: Runtime, what: string, wait: Promise<Result>): Promise<Result> {
  if (await within(patienceMs, wait)) return wait
  const workers = JSON.stringify(runtime.workers())
  throw new Error(`within ${patienceMs / 1000} s there was no end of ${what}; the workers are ${workers}`)
}

/** Asks, and says what was wrong with the answer; undefined for nothing. */
export type AskOnce = (n: number) => Promise<unknown>

/** Asks the graph of `fixtures/processes`. */
export function askSlowly(runtime: Runtime): AskOnce {
  return async (n) => {
    const reply = await runtime
      .request(Ask, { n, mode: 'slow' }, { expect: Sum, timeoutMs: 60_000 })
      .catch((error: unknown) => error)
    return reply instanceof Object && 'n' in reply && reply.n === n + 3 ? undefined : reply
  }
}

/** Keeps requests in flight while something else goes on, and waits for the last of them. The first failure ends each loop. */
export async function underLoad(
  runtime: Runtime,
  atOnce: number,
  work: () => Promise<unknown>,
  ask: AskOnce = askSlowly(runtime),
): Promise<Asked> {
  let asking = true
  let answered = 0
  const wrong: unknown[] = []
  const askOnAndOn = async (): Promise<void> => {
    for (let n = 0; asking; n++) {
      const complaint = await ask(n)
      answered++
      if (complaint === undefined) continue
      wrong.push(complaint)
      return
    }
  }
  const loops = Promise.all(Array.from({ length: atOnce }, askOnAndOn))
  try {
    await work()
  } finally {
    asking = false
    await soon(runtime, 'the requests in flight', loops)
  }
  return { answered, wrong }
}
