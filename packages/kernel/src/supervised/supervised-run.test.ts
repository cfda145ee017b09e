import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  createEventEmitter,
  defineMessage,
  defineNode,
  defineSink,
  defineSource,
  MillraceError,
  type Plan,
  type SlotId,
  type WorkerSettings,
} from '@millrace/contracts'
import { Type } from 'typebox'
import { preflight } from '../preflight/preflight.js'
import { SupervisedRun } from './supervised-run.js'
import { type Completed, WorkerAnswers } from './worker-answers.js'
import { WorkerCounters } from './worker-counters.js'

const Order = defineMessage('run.order', Type.Object({}))
const orders = defineSource({ name: 'orders', emits: [Order], read: () => [] })
const price = defineNode({ name: 'price', consumes: Order, handle: () => undefined })
const book = defineSink({ name: 'book', consumes: Order, open: () => ({ write: () => undefined }) })

let plan: Plan

beforeAll(async () => {
  const found = await preflight({
    nodes: [orders, price, book],
    packages: false,
    config: {
      version: 1,
      scenario: { name: 'runs' },
      adapters: { orders: {}, book: {} },
      runtime: {
        platform: {
          bootstrap: { mode: 'process_supervisor' },
          execution_ipc: {},
          process_groups: [
            { name: 'in', nodes: ['orders'] },
            { name: 'pricing', nodes: ['price'], workers: 2 },
            { name: 'out', nodes: ['book'] },
          ],
        },
      },
    } as never,
  })
  plan = found.plan
})

function settingsOf(slot: SlotId): WorkerSettings {
  return {
    slot,
    group: slot,
    startTimeoutMs: 1_000,
    stopTimeoutMs: 1_000,
    heartbeatMs: 1_000,
    stallTimeoutMs: 1_000,
    maxMemoryMb: undefined,
    whyNotReplaced: undefined,
    restart: { policy: 'never', maxRestarts: 0, periodMs: 1, backoffMs: 1, backoffMaxMs: 1 },
  }
}

/** What a worker answers that has dropped one message. */
function completedBy(slot: SlotId): Completed {
  const { replies, delivery } = new WorkerCounters(createEventEmitter()).with(undefined)
  const givenUp = { dropped: 1, deadLettered: 0, unclaimed: 0 }
  return {
    reports: slot === 'out#1' ? { book: { lines: 1 } } : {},
    counters: { inFlight: 0, replies, givenUp, delivery },
  }
}

/** A run in which one worker does not answer. */
function runWithout(silent: SlotId) {
  const counters = new WorkerCounters(createEventEmitter())
  const answers = new WorkerAnswers(async (slot) => {
    if (slot === silent) throw new MillraceError('BOOT_NOT_READY', `${slot} is being restarted`)
    return completedBy(slot)
  })
  const workers = plan.groups.flatMap(({ slots }) => slots).map(settingsOf)
  return { run: new SupervisedRun({ plan, workers, answers, counters, open: undefined }), counters }
}

describe('SupervisedRun', () => {
  it('is complete without an answer of a worker that has no sink; what that has counted is not known', async () => {
    const { run, counters } = runWithout('pricing#2')
    expect(await run.completeSinks()).toEqual({ book: { lines: 1 } })
    expect(counters.with(undefined).givenUp.dropped).toBe(3)
  })

  it('fails without that of one that has a sink', async () => {
    const { run } = runWithout('out#1')
    await expect(run.completeSinks()).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
  })
})
