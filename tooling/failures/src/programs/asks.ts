/**
 * A program that embeds the service: it keeps requests in flight, says `under way` when enough were answered, and at the end
 * prints what became of all of them.
 */
import { createRuntime, isMillraceError, type PayloadOf } from '@millrace/kernel'
import { marked } from './marked.js'
import { Ask, Quote } from './service.js'

const [, , ...config] = process.argv
const [requests, atOnce, enough] = [1500, 64, 200]
const { password, refused } = marked
const runtime = await createRuntime({ config, workerFlags: process.execArgv })
runtime.subscribe(({ name, level, facts, at }) => say({ name, level, facts, at }))
await runtime.start()
const answers = new Map<number, number>()
const codes: Record<string, number> = {}
let next = 0
await Promise.all(Array.from({ length: atOnce }, askOnAndOn))
await fails({ n: -1, password })
await fails({ n: refused, password })
const { workers } = await runtime.snapshot()
const { redelivered } = runtime.counters().delivery
await runtime.stop()
const doubled = [...answers.values()].filter((times) => times > 1).length
const restarts = workers.map(({ restarts }) => restarts)
process.stdout.write(`${JSON.stringify({ requests, answered: answers.size, doubled, codes, restarts, redelivered })}\n`)

async function askOnAndOn(): Promise<void> {
  while (next < requests) {
    const n = next++
    try {
      const { n: answered } = await runtime.request(Ask, { n, password }, { expect: Quote, timeoutMs: 60_000 })
      answers.set(answered, (answers.get(answered) ?? 0) + 1)
    } catch (error) {
      const code = isMillraceError(error) ? error.code : 'none'
      codes[code] = (codes[code] ?? 0) + 1
    }
    if (answers.size === enough) process.stdout.write('under way\n')
  }
}

/** Asks for what cannot be, and says what error came of it. */
async function fails(asked: { readonly n: number | string; readonly password: string }): Promise<void> {
  const payload = asked as PayloadOf<typeof Ask> // some are none
  const error: unknown = await runtime.request(Ask, payload, { expect: Quote }).catch((thrown: unknown) => thrown)
  process.stderr.write(`refused as it should be: ${JSON.stringify(error)}\n`)
}

function say(event: object): void {
  process.stderr.write(`${JSON.stringify(event)}\n`)
}
