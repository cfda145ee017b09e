import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Runtime } from '@millrace/kernel'
import { type ControlServer, findApplication, openControlLine, serveControl } from '@millrace/kernel/control'
import type { DeadLetter } from '@millrace/kernel/dead-letters'
import { type SentAgain, sendAgain } from './send-again.js'

let folder: string
let server: ControlServer
let heard: DeadLetter[]

beforeEach(async () => {
  heard = []
  folder = mkdtempSync(join(tmpdir(), 'ma-'))
  const retry = async (letter: DeadLetter) => {
    heard.push(letter)
    return { letter: undefined }
  }
  const runtime: Partial<Runtime> = { summary: { scenario: 'shop' } as Runtime['summary'], retry } // what is asked for
  server = await serveControl(runtime as Runtime, folder)
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

async function* lettersOf(reasons: readonly string[]): AsyncGenerator<DeadLetter> {
  for (const [at, reason] of reasons.entries())
    yield {
      id: String(at).padStart(16, '0'),
      at: '2026-11-28T09:00:00.000Z',
      node: 'price',
      code: 'NODE_FAILED',
      reason,
      type: 'shop.quote',
      position: [at],
      trace: 'c'.repeat(32),
      retries: 0,
      payload: { at },
    }
}

describe('sendAgain', () => {
  it('sends letters whatever was thrown at them, also where that is longer than an application hears', async () => {
    const line = openControlLine(findApplication('shop', folder))
    const told: SentAgain[] = []
    const options = { inFlight: 1, timeoutMs: 5_000, stop: new AbortController().signal }
    const letters = lettersOf(['no', 'x'.repeat(5_000_000), 'no'])
    const fatal = await sendAgain(letters, line, { ...options, told: (sent) => void told.push(sent) })
    line.close()
    expect(fatal).toBeUndefined()
    expect(told.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done'])
    expect(heard.map(({ payload }) => payload)).toEqual([{ at: 0 }, { at: 1 }, { at: 2 }])
  })
})
