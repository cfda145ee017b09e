/** Starts that fail, and files that are not as they should be. */
import { once } from 'node:events'
import { chmodSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Failure, nothing, type Seen } from '../failure.js'
import { codeOf, eventOf, noOrphan, seenOf } from '../observe.js'
import type { Running, Stage } from '../stage.js'

const breaksInWorkers = fileURLToPath(new URL('../programs/breaks-in-workers.ts', import.meta.url))

/** What a run shows that never began. */
async function neverRan(run: Running, event: () => string): Promise<Seen> {
  const ended = await run.ended()
  await noOrphan(run)
  if (run.events().some(({ name }) => name === 'worker.running')) throw new Error('it has run')
  return {
    exitCode: ended.exitCode,
    code: codeOf(ended),
    event: event(),
    counted: nothing,
    lost: 'nothing: nothing has run',
  }
}

/** The batch at its full speed. */
function fast(
  stage: Stage,
  changes: { readonly orders?: object; readonly lines?: object; readonly runtime?: object },
): object {
  return {
    ...(changes.runtime === undefined ? {} : { runtime: changes.runtime }),
    adapters: { orders: { count: 1000, ...changes.orders }, lines: { path: stage.path('out.txt'), ...changes.lines } },
  }
}

export const startFailures: readonly Failure[] = [
  {
    fault: 'a worker crashes while it loads',
    made: 'a module that throws in workers',
    make: (stage) => {
      const run = stage.run(fast(stage, { runtime: { discovery_modules: [breaksInWorkers] } }))
      return neverRan(run, () => eventOf(run, 'worker.failed', ['code']))
    },
  },
  {
    fault: 'the port of a worker is taken',
    made: '`bind_port` of another server',
    async make(stage) {
      const squatter = createServer().listen(0, '127.0.0.1')
      await once(squatter, 'listening')
      const address = squatter.address()
      const port = typeof address === 'object' ? address?.port : 0
      const group = { name: 'all', nodes: ['orders', 'price', 'audit', 'lines'], restart: { policy: 'never' } }
      const platform = { execution_ipc: { bind_port: port }, process_groups: [group] }
      const run = stage.run(fast(stage, { runtime: { platform } }))
      try {
        return await neverRan(run, () => eventOf(run, 'worker.failed', ['code']))
      } finally {
        squatter.close()
      }
    },
  },
  {
    fault: 'the secret can be read by others',
    made: '`secret_file` with mode 0644',
    make: (stage) => {
      chmodSync(stage.secrets.file, 0o644)
      const auth = { secret_mode: 'static', secret_file: stage.secrets.file }
      const run = stage.run(fast(stage, { runtime: { platform: { execution_ipc: { auth } } } }))
      return neverRan(run, () => nothing)
    },
  },
  {
    fault: 'the output cannot be opened',
    made: 'a path below a file',
    make: (stage) => {
      const run = stage.run(fast(stage, { lines: { path: '/dev/null/out.txt' } }))
      return neverRan(run, () => eventOf(run, 'worker.failed', ['code']))
    },
  },
  {
    fault: 'the input cannot be read',
    made: 'a folder in its place',
    works: false,
    async make(stage) {
      mkdirSync(stage.path('orders'))
      const run = stage.run(fast(stage, { orders: { path: stage.path('orders') } }))
      return seenOf(stage, run, () => ({ event: eventOf(run, 'root.failed', ['code']), counted: nothing }))
    },
  },
]
