import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'

const folder = mkdtempSync(join(tmpdir(), 'millrace-processes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fixture = fileURLToPath(new URL('./fixtures/writes-spans.ts', import.meta.url))

/** As long as a busy machine may take to write everything. */
const patientMs = '50000'

function start(...args: readonly string[]) {
  return spawn(process.execPath, [...sourceFlags, fixture, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

describe('several processes that write one file', () => {
  it('never mix their lines', async () => {
    const path = join(folder, 'shared.jsonl')
    const children = [1, 2, 3].map((at) => start('jsonl', '5000', path, `pricing#${at}`, patientMs))
    await Promise.all(children.map((child) => once(child, 'exit')))
    const spans = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(new Set(spans.map(({ span_id }) => span_id)).size).toBe(15_000)
  })
})

describe('standard output', () => {
  it('gets whole lines', async () => {
    const child = start('stdout', '2000', '', 'pricing#1', patientMs)
    const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)])
    const lines = out.trimEnd().split('\n')
    expect(new Set(lines.map((line) => JSON.parse(line).name)).size).toBe(2_000)
    expect(said).toBe('recorded\n{"stdout":0}\n')
  })

  it('OBS-EXP-01 that nobody reads holds up nothing, and what did not fit is lost', async () => {
    const child = start('stdout', '20000')
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(said).toMatch(/^recorded\n\{"stdout":\d{4,5}\}\n$/)
    child.stdout.destroy()
  })

  it('OBS-EXP-01 that was closed does not end the process', async () => {
    const child = start('stdout', '20000')
    child.stdout.destroy()
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(said).toMatch(/^recorded\n\{"stdout":\d+\}\n$/)
    expect(code).toBe(0)
  })
})

describe('a dead receiver of OTLP', () => {
  it('OBS-EXP-01 does not hold up the end of a process, and nothing is printed about it', async () => {
    const child = start('otel_otlp', '1000')
    const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(out).toBe('')
    expect(said).toBe('recorded\n{"otel_otlp":1000}\n')
  })
})
