import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'

const patienceMs = 60_000

/** Runs a fixture in a process of its own to its end. */
function run(fixture: string, ...nodeOptions: readonly string[]) {
  const file = fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url))
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const options = [...nodeOptions, ...sourceFlags, file]
  const { status, stdout, stderr } = spawnSync(process.execPath, options, {
    cwd,
    encoding: 'utf8',
    timeout: patienceMs,
  })
  return { status, stderr, said: stdout === '' ? undefined : JSON.parse(stdout) }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

describe('a process of its own', () => {
  it(
    'REPLY-02 lives until the deadline of a request that waits, then ends: no timer, no ticket, nothing in flight',
    () => {
      expect(run('waits-for-a-deadline.ts')).toEqual({
        status: 0,
        stderr: '',
        said: expect.objectContaining({
          reply: 'replied',
          code: 'REPLY_TIMEOUT',
          timers: 0,
          opened: 2,
          in_flight: 0,
          tickets_open: 0,
        }),
      })
    },
    patienceMs,
  )

  it(
    'REPLY-11 after 100,000 requests with mixed outcomes the heap is back at its level',
    () => {
      const { status, stderr, said } = run('mixed-requests.ts', '--expose-gc')
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(said.counters).toEqual({
        opened: 100_000,
        in_flight: 0,
        streams_open: 0,
        replied: 40_000,
        completed: 0,
        missing: 0,
        timed_out: 20_000,
        cancelled: 20_000,
        failed: 20_000,
        tickets_open: 0,
        duplicate_terminal: 20_000,
        late_reply_drop: 0,
      })
      // A level is: ten rounds of warm-up, then the last ten against the first ten; a heap needs less slack than RSS.
      const slackBytes = 256 * 1024
      expect(median(said.heap.slice(-10))).toBeLessThanOrEqual(1.05 * median(said.heap.slice(10, 20)) + slackBytes)
    },
    patienceMs,
  )
})
