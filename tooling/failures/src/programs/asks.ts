/**
 * A program that embeds the service: it keeps requests in flight, says `under way` when enough were answered, and at the end
 * prints what became of all of them.
 */
import { createRuntime, isMillraceError } from '@millrace/kernel'
import { Ask, Quote } from './service.js'

const [, , ...config] = process.argv
const [requests, atOnce, enough] = [1500, 64, 200]
const runtime = await createRuntime({ config, workerFlags: process.execArgv })
runtime.subscribe(({ name, level, facts, at }) => say({ name, level, facts, at }))
await runtime.start()
const answers = new Map<number, number>()
const codes: Record<string, number> = {}
let next = 0
await Promise.all(Array.from({ length: atOnce }, askOnAndOn))
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
      const { n: answered } = await runtime.request(Ask, { n }, { expect: Quote, timeoutMs: 60_000 })
      answers.set(answered, (answers.get(answered) ?? 0) + 1)
    } catch (error) {
      const code = isMillraceError(error) ? error.code : 'none'
      codes[code] = (codes[code] ?? 0) + 1
    }
    if (answers.size === enough) process.stdout.write('under way\n')
  }
}

function say(event: object): void {
  process.stderr.write(`${JSON.stringify(event)}\n`)
}
