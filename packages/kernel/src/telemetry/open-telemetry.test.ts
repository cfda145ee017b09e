import { afterEach, describe, expect, it } from '@jest/globals'
import { createEventEmitter } from '@millrace/contracts'
import { preflight } from '../preflight/preflight.js'
import { openTelemetry } from './open-telemetry.js'

const owner = { scenario: 'shop', group: '', slot: 'app#1', incarnation: 1, run: 'ab'.repeat(16) }

/** What is left of a text where the headers of a configuration are known. */
async function leftOf(text: string, headers: string): Promise<string> {
  process.env.MILLRACE_TEST_HEADERS = headers
  const events = createEventEmitter()
  const observability = {
    metrics: { exporters: ['otel_otlp' as const] },
    otlp: { headers_env: 'MILLRACE_TEST_HEADERS' },
  }
  const { config, baseDir } = await preflight({
    config: { version: 1, scenario: { name: 'shop' }, runtime: { observability } },
    embedded: true,
    packages: false,
  })
  const telemetry = await openTelemetry({ config, baseDir }, owner, events, undefined)
  await telemetry.close()
  return events.redactor.text(text)
}

afterEach(() => {
  delete process.env.MILLRACE_TEST_HEADERS
})

describe('the keys of a receiver of OTLP', () => {
  it.each([
    ['x-key=0123456789abcdef', '0123456789abcdef'],
    ['authorization=Bearer%200123456789abcdef', 'Bearer 0123456789abcdef'],
    ['authorization=Bearer%200123456789abcdef', '0123456789abcdef'],
    ['authorization=Basic%20dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
  ])('OBS-IPC-04 are known as what no text may show: of %s, %s', async (headers, key) => {
    expect(await leftOf(`it was ${key}`, headers)).not.toContain(key)
  })
})
