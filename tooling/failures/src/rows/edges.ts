/** Sinks that cannot write, readers that do not read, clocks that jump. */
import { execFileSync } from 'node:child_process'
import { createReadStream, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Failure, nothing } from '../failure.js'
import { codeOf, eventOf, lostOf, noOrphan, pidOf, seenOf, times } from '../observe.js'
import type { Stage } from '../stage.js'
import { batch } from './workers.js'

const shiftsClock = fileURLToPath(new URL('../programs/shifts-clock.mjs', import.meta.url))

/** How many lines do not fit into a file of 4 KiB, or into a pipe that nobody reads. */
const [overOneBlock, overOnePipe] = [1000, 20_000]

function into(stage: Stage, path: string, count: number): object {
  return { ...batch(stage, { orders: { count, pauseMs: 0 } }), adapters: { orders: { count }, lines: { path } } }
}

export const edgeFailures: readonly Failure[] = [
  {
    fault: 'the disk of the output is full',
    made: '`/dev/full`',
    async make(stage) {
      const run = stage.run(into(stage, '/dev/full', overOneBlock))
      const ended = await run.ended()
      await noOrphan(run)
      const event = eventOf(run, 'root.failed', ['code', 'node'])
      return {
        exitCode: ended.exitCode,
        code: codeOf(ended),
        event,
        counted: nothing,
        lost: 'what the disk has not taken',
      }
    },
  },
  {
    fault: 'the output may not grow any more',
    made: '`ulimit -f 8`',
    async make(stage) {
      const run = stage.run(into(stage, stage.path('out.txt'), overOneBlock), { shell: 'ulimit -f 8;' })
      return seenOf(stage, run, () => ({ event: eventOf(run, 'root.failed', ['code', 'node']), counted: nothing }))
    },
  },
  {
    fault: 'the reader of the output is slow',
    made: 'a named pipe that is read three seconds after the run has begun',
    async make(stage) {
      execFileSync('mkfifo', [stage.path('pipe')])
      const run = stage.run(into(stage, stage.path('pipe'), overOnePipe))
      const reader = createReadStream(stage.path('pipe'), 'utf8')
      await run.said('runtime.running')
      await delay(3000)
      let text = ''
      for await (const piece of reader) text += piece
      writeFileSync(stage.path('out.txt'), text)
      return seenOf(
        stage,
        run,
        { event: nothing, counted: `${times(run, 'worker.failed')} workers failed` },
        overOnePipe,
      )
    },
  },
  {
    fault: 'a worker can open nothing more',
    made: 'its descriptor limit set to 3 while it works, by `prlimit`',
    async make(stage) {
      const run = stage.run(batch(stage))
      await run.said('a hundred orders are sent')
      execFileSync('prlimit', ['--pid', String(pidOf(run, 'pricing#1')), '--nofile=3:3'])
      return seenOf(stage, run, () => ({ event: nothing, counted: `${times(run, 'worker.failed')} workers failed` }))
    },
  },
  {
    fault: 'the wall clock jumps two hours ahead',
    made: 'a preload that shifts `Date` in every process',
    async make(stage) {
      const overlay = batch(stage, { orders: { pauseMs: 4 } })
      const run = stage.run(overlay, { preloads: [shiftsClock] })
      const seen = await seenOf(stage, run, {
        event: nothing,
        counted: `${times(run, 'security.refused')} frames refused`,
      })
      return { ...seen, lost: lostOf(stage, 1000) }
    },
  },
]
