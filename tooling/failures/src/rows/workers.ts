/** Workers that die, hang or grow. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Failure, nothing } from '../failure.js'
import { codeOf, eventOf, noOrphan, pidOf, seenOf, times } from '../observe.js'
import type { Running, Stage } from '../stage.js'

const stall = { heartbeat_seconds: 0.2, stall_timeout_seconds: 3 }

/** The groups of the batch, with changes to that of the pricing. */
function groups(changes: object) {
  const usual = { start_timeout_seconds: 100, restart: { policy: 'never' } }
  return [
    { name: 'in', nodes: ['orders'], ...usual },
    { name: 'pricing', nodes: ['price', 'audit'], ...usual, ...changes },
    { name: 'out', nodes: ['lines'], ...usual },
  ]
}

/** The batch with a slow source, its output in the stage. */
export function batch(stage: Stage, { pricing = {}, node = {}, orders = {} }: BatchChanges = {}): object {
  return {
    runtime: { platform: { process_groups: groups(pricing) } },
    adapters: { orders: { count: 1000, pauseMs: 2, ...orders }, lines: { path: stage.path('out.txt') } },
    nodes: { price: node },
  }
}

export interface BatchChanges {
  readonly pricing?: object
  readonly node?: object
  readonly orders?: object
}

/** A handler that does something wrong with the three-hundredth order. */
function misbehaving(fault: string, made: string, does: string, pricing: object, facts: readonly string[]): Failure {
  return {
    fault,
    made,
    async make(stage) {
      const run = stage.run(batch(stage, { pricing, node: { at: 300, does } }))
      return seenOf(stage, run, () => ({ event: eventOf(run, 'worker.failed', facts), counted: nothing }))
    },
  }
}

export const workerFailures: readonly Failure[] = [
  {
    fault: 'a worker is killed, its group is not restarted',
    made: 'SIGKILL in the middle of a batch',
    async make(stage) {
      const run = stage.run(batch(stage))
      await run.said('a hundred orders are sent')
      process.kill(pidOf(run, 'pricing#1'), 'SIGKILL')
      return seenOf(stage, run, () => ({ event: eventOf(run, 'worker.failed', ['code', 'signal']), counted: nothing }))
    },
  },
  {
    fault: 'a worker is killed under load, its group is restarted',
    made: 'SIGKILL with 64 requests in flight',
    async make(stage) {
      const { service, exitCode, answers } = await killedUnderLoad(stage, {})
      const { requests, answered, doubled, codes, restarts } = answers
      const { WORKER_CRASHED: held = 0, ...others } = codes
      if (held === 0 || doubled > 0 || answered + held !== requests || Object.keys(others).length > 0)
        throw new Error(`not every request had its one end: ${JSON.stringify(answers)}`)
      return {
        exitCode,
        code: '`WORKER_CRASHED`',
        event: eventOf(service, 'worker.restarting', ['worker']),
        counted: `restarts ${restarts.join(' and ')}`,
        lost: 'the requests that the worker held, each of which fails with the code; all others are answered once',
      }
    },
  },
  {
    fault: 'a worker is killed under load, what it held is redelivered',
    made: 'SIGKILL with 64 requests in flight and `redeliver: 1`',
    async make(stage) {
      const restart = { policy: 'on_failure', backoff_ms: 10 }
      const group = { name: 'quotes', nodes: ['quote'], workers: 2, redeliver: 1, start_timeout_seconds: 100, restart }
      const overlay = { runtime: { platform: { process_groups: [group] } } }
      const { service, exitCode, answers } = await killedUnderLoad(stage, overlay)
      const { requests, answered, doubled, codes, restarts, redelivered } = answers
      if (redelivered === 0 || doubled > 0 || answered !== requests || Object.keys(codes).length > 0)
        throw new Error(`not every request had its one answer: ${JSON.stringify(answers)}`)
      return {
        exitCode,
        code: nothing,
        event: eventOf(service, 'redelivery.sent', ['worker']),
        counted: `restarts ${restarts.join(' and ')}`,
        lost: 'nothing: every request is answered once',
      }
    },
  },
  {
    fault: 'a worker is replaced while it works',
    made: '`millrace reload pricing` in the middle of a batch',
    async make(stage) {
      const run = stage.run(batch(stage, { orders: { pauseMs: 20 } })) // long enough for a new worker to start
      await run.said('a hundred orders are sent')
      const before = pidOf(run, 'pricing#1')
      const reload = await stage.command('reload', 'pricing').ended()
      if (reload.exitCode !== '0') throw new Error(`the reload has failed: ${reload.stderr}`)
      if (pidOf(run, 'pricing#1') === before) throw new Error('the process is still the same')
      return seenOf(stage, run, () => ({
        event: eventOf(run, 'worker.replaced', ['worker', 'reason']),
        counted: `${times(run, 'worker.failed')} workers failed`,
      }))
    },
  },
  {
    fault: 'a worker is killed more often than its group allows',
    made: 'SIGKILL of a worker and of its replacement, with `max_restarts: 1`',
    works: false,
    async make(stage) {
      const restart = { policy: 'on_failure', max_restarts: 1, backoff_ms: 1 }
      const group = { name: 'quotes', nodes: ['quote'], start_timeout_seconds: 100, restart }
      const service = stage.serveAlone({ runtime: { platform: { process_groups: [group] } } })
      for (const incarnation of [1, 2]) {
        await service.said(runningText('quotes#1', incarnation))
        process.kill(pidOf(service, 'quotes#1'), 'SIGKILL')
      }
      const ended = await service.ended()
      await noOrphan(service)
      return {
        exitCode: ended.exitCode,
        code: codeOf(ended),
        event: eventOf(service, 'runtime.failed', ['code']),
        counted: `restarts ${times(service, 'worker.restarting')}`,
        lost: 'what is in flight; the service has ended',
      }
    },
  },
  {
    fault: 'a worker is suspended',
    made: 'SIGSTOP',
    async make(stage) {
      const run = stage.run(batch(stage, { pricing: stall }))
      await run.said('a hundred orders are sent')
      process.kill(pidOf(run, 'pricing#1'), 'SIGSTOP')
      return seenOf(stage, run, () => ({ event: eventOf(run, 'worker.failed', ['code', 'cause']), counted: nothing }))
    },
  },
  misbehaving('a handler never comes back', 'an infinite loop', 'loop', stall, ['code', 'cause']),
  misbehaving('a handler ends its process', '`process.exit(7)`', 'exit', {}, ['code', 'exitCode']),
  misbehaving('a worker runs out of memory', 'growth with `max_memory_mb: 256`', 'grow', { max_memory_mb: 256 }, [
    'code',
    'signal',
  ]),
  {
    fault: 'the supervising process is killed',
    made: 'SIGKILL of `millrace run`',
    works: false,
    async make(stage) {
      const run = stage.run(batch(stage, { orders: { count: 100_000 } }))
      await run.said('a hundred orders are sent')
      await stage.received('OTLP /v1/logs', 'runtime.running') // what it has not sent yet dies with it
      run.child.kill('SIGKILL')
      return seenOf(stage, run, { event: nothing, counted: 'no worker is left' })
    },
  },
  {
    fault: 'the supervising process is suspended',
    made: 'SIGSTOP for longer than `stall_timeout_seconds`, then SIGCONT',
    async make(stage) {
      const run = stage.run(batch(stage, { pricing: stall }))
      await run.said('a hundred orders are sent')
      run.child.kill('SIGSTOP')
      await delay(1.5 * stall.stall_timeout_seconds * 1000)
      run.child.kill('SIGCONT')
      return seenOf(stage, run, () => ({ event: nothing, counted: `${times(run, 'worker.failed')} workers killed` }))
    },
  },
]

/** The service, of which one worker is killed with 64 requests in flight, to its end. */
async function killedUnderLoad(stage: Stage, overlay: object): Promise<KilledUnderLoad> {
  const service = stage.serve(overlay)
  await service.said('under way')
  process.kill(pidOf(service, 'quotes#1'), 'SIGKILL')
  const { exitCode, last } = await service.ended()
  await noOrphan(service)
  return { service, exitCode, answers: last as unknown as Answers } // what asks.ts prints
}

interface KilledUnderLoad {
  readonly service: Running
  readonly exitCode: string
  readonly answers: Answers
}

/** What is logged when a process takes work. */
function runningText(worker: string, incarnation: number): string {
  return `"name":"worker.running","facts":{"group":"${worker.split('#')[0]}","worker":"${worker}","incarnation":${incarnation}`
}

interface Answers {
  readonly requests: number
  readonly answered: number
  readonly doubled: number
  readonly codes: Readonly<Record<string, number>>
  readonly restarts: readonly number[]
  readonly redelivered: number
}
