import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'

const patienceMs = 300_000

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

describe('requests over links', () => {
  it(
    'REPLY-11 after 100,000 with mixed outcomes nothing is left, and the heap is back at its level',
    () => {
      const file = fileURLToPath(new URL('./fixtures/mixed-requests.ts', import.meta.url))
      // Not from bundles: the fixture reaches inside of this package.
      const flags = ['--expose-gc', '--import', 'tsx', '--conditions=@millrace/source']
      const cwd = fileURLToPath(new URL('..', import.meta.url))
      const { stdout, stderr } = spawnSync(process.execPath, [...flags, file], { cwd, encoding: 'utf8' })
      expect(stderr).toBe('')
      const { heap, outcomes, left } = JSON.parse(stdout)
      expect([left, outcomes]).toEqual([
        { inFlight: 0, known: 0 },
        { replied: 20_000, REPLY_MISSING: 20_000, NODE_FAILED: 20_000, REPLY_TIMEOUT: 20_000, REPLY_CANCELLED: 20_000 },
      ])
      // A level is: ten rounds of warm-up, then the last ten against the first ten; a heap needs less slack than RSS.
      const slackBytes = 1024 * 1024
      expect(median(heap.slice(-10))).toBeLessThanOrEqual(1.05 * median(heap.slice(10, 20)) + slackBytes)
    },
    patienceMs,
  )
})
