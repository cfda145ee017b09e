import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import fc from 'fast-check'
import { manualTime } from '../test/manual-time.js'
import { createReplyWaiters, type ReplyCounters, type ReplyWaiters } from './index.js'

const numRuns = Number(process.env.ROUNDS ?? 100)
const overdue = new MillraceError('REPLY_TIMEOUT', 'a worker still has it', { facts: { group: 'slow' } })
const failed = new MillraceError('NODE_FAILED', 'a handler threw')
/** Deadlines may pass this much late, so time never stops between a deadline and its grace. */
const stepMs = 100

type Count = Exclude<keyof ReplyCounters, 'in_flight' | 'streams_open' | 'tickets_open'>
type End = 'waiting' | 'replied' | 'completed' | 'missing' | 'timed_out' | 'cancelled' | 'failed'

/** A wait as simply as it can be told. */
interface ModelWait {
  readonly stream: boolean
  readonly limitMs: number
  /** How long after its deadline it waits to hear who has the work. */
  readonly askedMs: number
  deadline: number
  end: End
  released: boolean
  /** Items handed over and not taken. */
  items: number[]
  /** Everything the reader has got, then the end it saw. */
  readonly expected: unknown[]
}

interface Model {
  now: number
  readonly waits: ModelWait[]
  readonly counts: Record<Count, number>
}

interface RealWait {
  readonly ticket: number
  readonly controller: AbortController
  readonly reader: AsyncIterator<unknown> | undefined
  readonly seen: unknown[]
  readonly cancelled: unknown[]
}

interface Real {
  readonly time: ReturnType<typeof manualTime>
  readonly waiters: ReplyWaiters
  readonly waits: RealWait[]
}

type Step = fc.AsyncCommand<Model, Real>

function settle(model: Model, wait: ModelWait, end: Exclude<End, 'waiting'>): void {
  wait.end = end
  model.counts[end]++
}

function drop(model: Model, wait: ModelWait): 'duplicate' | 'late' {
  const duplicate = wait.end === 'replied' && !wait.released
  model.counts[duplicate ? 'duplicate_terminal' : 'late_reply_drop']++
  return duplicate ? 'duplicate' : 'late'
}

function codeOf(error: unknown): unknown {
  return error instanceof MillraceError ? error.code : error
}

/** A step that concerns one of the waits that there are. */
function onWait(
  name: string,
  act: (model: Model, wait: ModelWait, real: Real, realWait: RealWait) => void | Promise<void>,
) {
  return fc.nat().map(
    (choice): Step => ({
      check: ({ waits }) => waits.length > 0,
      async run(model, real) {
        // The youngest are the likeliest: what is long over tells little.
        const index = model.waits.length - 1 - (choice % Math.min(3, model.waits.length))
        const [wait, realWait] = [model.waits[index], real.waits[index]]
        if (wait === undefined || realWait === undefined) throw new Error('the model lost a wait')
        await act(model, wait, real, realWait)
        await agree(model, real)
      },
      toString: () => `${name}(${choice})`,
    }),
  )
}

/** Counters and everything that callers have seen are the same in both. */
async function agree(model: Model, { waiters, waits }: Real): Promise<void> {
  await new Promise(setImmediate)
  const waiting = model.waits.filter(({ end }) => end === 'waiting')
  expect(waiters.counters()).toEqual({
    ...model.counts,
    in_flight: waiting.length,
    streams_open: waiting.filter(({ stream }) => stream).length,
    tickets_open: model.waits.filter(({ released }) => !released).length,
  })
  expect(waits.map(({ seen }) => seen)).toEqual(model.waits.map(({ expected }) => expected))
  expect(waits.map(({ cancelled }) => cancelled)).toEqual(model.waits.map(cancelledCodes))
  expect(waits.map(({ ticket }) => waiters.waits(ticket))).toEqual(model.waits.map(({ end }) => end === 'waiting'))
}

function cancelledCodes({ end }: ModelWait): readonly string[] {
  if (end === 'timed_out') return ['REPLY_TIMEOUT']
  return end === 'cancelled' ? ['REPLY_CANCELLED'] : []
}

const limits = fc.constantFrom(Number.POSITIVE_INFINITY, 250, 450, 1_050)

const open = fc.tuple(fc.boolean(), limits, fc.constantFrom(0, 200)).map(
  ([stream, limitMs, askedMs]): Step => ({
    check: () => true,
    async run(model, real) {
      model.counts.opened++
      const deadline = model.now + limitMs
      const wait = { stream, limitMs, askedMs: stream ? 0 : askedMs, deadline }
      model.waits.push({ ...wait, end: 'waiting', released: false, items: [], expected: [] })
      real.waits.push(stream ? openStream(real, limitMs) : openRequest(real, limitMs, askedMs))
      await agree(model, real)
    },
    toString: () => `open(${stream ? 'stream' : 'request'}, ${limitMs}, ${askedMs})`,
  }),
)

function openRequest({ waiters }: Real, timeoutMs: number, askedMs: number): RealWait {
  const { cancelled, controller, onCancel, signal } = caller()
  const seen: unknown[] = []
  const { ticket, reply } = waiters.request({ timeoutMs, signal, onCancel, onDeadline: () => askedMs })
  reply.then(
    (payload) => seen.push(payload),
    (error) => seen.push(codeOf(error)),
  )
  return { ticket, controller, reader: undefined, seen, cancelled }
}

function openStream({ waiters }: Real, progressTimeoutMs: number): RealWait {
  const { cancelled, controller, onCancel, signal } = caller()
  const { ticket, items } = waiters.stream({ progressTimeoutMs, signal, onCancel })
  return { ticket, controller, reader: items[Symbol.asyncIterator](), seen: [], cancelled }
}

function caller() {
  const cancelled: unknown[] = []
  const controller = new AbortController()
  const onCancel = ({ code }: MillraceError) => void cancelled.push(code)
  return { cancelled, controller, onCancel, signal: controller.signal }
}

const deliver = onWait('deliver', (model, wait, { waiters }, { ticket }) => {
  const payload = model.now
  if (wait.end !== 'waiting') {
    const dropped = drop(model, wait)
    if (wait.stream) expect(waiters.item(ticket, payload)).toBeUndefined()
    else expect(waiters.reply(ticket, payload)).toBe(dropped)
  } else if (wait.stream) {
    if (wait.items.length === 0) wait.deadline = model.now + wait.limitMs
    wait.items.push(payload)
    expect(waiters.item(ticket, payload)).toBeInstanceOf(Promise)
  } else {
    settle(model, wait, 'replied')
    wait.expected.push(payload)
    expect(waiters.reply(ticket, payload)).toBe('delivered')
  }
})

/** Reads what is there; never waits for more. */
const read = onWait('read', async (model, wait, _real, { reader, seen }) => {
  if (reader === undefined || (wait.end === 'waiting' && wait.items.length === 0)) return
  const item = wait.items.shift()
  const end = streamEnds[wait.end]
  wait.expected.push(item ?? (wait.expected.includes(end) ? 'done' : end))
  if (wait.end === 'waiting') wait.deadline = model.now + wait.limitMs
  const result = await reader.next().catch((error: unknown) => ({ done: false, value: codeOf(error) }))
  seen.push(result.done === true ? 'done' : result.value)
})

const streamEnds: Readonly<Record<End, string>> = {
  waiting: 'never',
  replied: 'never',
  missing: 'never',
  completed: 'done',
  timed_out: 'REPLY_TIMEOUT',
  cancelled: 'REPLY_CANCELLED',
  failed: 'NODE_FAILED',
}

const fail = onWait('fail', (model, wait, { waiters }, { ticket }) => {
  const waited = wait.end === 'waiting'
  if (waited) settle(model, wait, 'failed')
  else drop(model, wait)
  if (waited && !wait.stream) wait.expected.push('NODE_FAILED')
  expect(waiters.fail(ticket, failed)).toBe(waited)
})

/** Says who has the work of a request: after the deadline that ends it as timed out, before it is a failure like any other. */
const tellWho = onWait('tellWho', (model, wait, { waiters }, { ticket }) => {
  if (wait.stream) return
  const waited = wait.end === 'waiting'
  const isOverdue = wait.deadline <= model.now
  if (waited) settle(model, wait, isOverdue ? 'timed_out' : 'failed')
  else drop(model, wait)
  if (waited) wait.expected.push('REPLY_TIMEOUT')
  expect(waiters.fail(ticket, overdue)).toBe(waited && !isOverdue)
})

const giveUp = (name: string, act: (real: Real, realWait: RealWait) => unknown) =>
  onWait(name, (model, wait, real, realWait) => {
    if (wait.end === 'waiting') {
      settle(model, wait, 'cancelled')
      wait.items = []
      if (!wait.stream) wait.expected.push('REPLY_CANCELLED')
    }
    act(real, realWait)
  })

const cancel = giveUp('cancel', ({ waiters }, { ticket }) => waiters.cancel(ticket))
const abort = giveUp('abort', (_real, { controller }) => controller.abort())

const end = onWait('end', (model, wait, { waiters }, { ticket }) => {
  if (wait.end === 'waiting') {
    const isOverdue = wait.deadline <= model.now
    settle(model, wait, wait.stream ? 'completed' : isOverdue ? 'timed_out' : 'missing')
    if (!wait.stream) wait.expected.push(isOverdue ? 'REPLY_TIMEOUT' : 'REPLY_MISSING')
  }
  wait.released = true
  waiters.end(ticket)
})

const pass = fc.constantFrom(1, 1, 2, 2, 3, 11).map(
  (steps): Step => ({
    check: () => true,
    async run(model, real) {
      model.now += steps * stepMs
      real.time.advance(steps * stepMs)
      for (const wait of model.waits.filter(
        (each) => each.end === 'waiting' && each.deadline + each.askedMs <= model.now,
      )) {
        settle(model, wait, 'timed_out')
        wait.items = []
        if (!wait.stream) wait.expected.push('REPLY_TIMEOUT')
      }
      await agree(model, real)
    },
    toString: () => `pass(${steps * stepMs} ms)`,
  }),
)

const zero: Readonly<Record<Count, number>> = {
  opened: 0,
  replied: 0,
  completed: 0,
  missing: 0,
  timed_out: 0,
  cancelled: 0,
  failed: 0,
  duplicate_terminal: 0,
  late_reply_drop: 0,
}

describe('reply waiters against a naive model', () => {
  it('REPLY-06 whatever happens, every counter and every outcome is exact', async () => {
    const steps = fc.commands([open, deliver, deliver, read, read, fail, tellWho, cancel, abort, end, pass, pass], {
      maxCommands: 40,
      size: 'max',
    })
    await fc.assert(
      fc.asyncProperty(steps, async (commands) => {
        const setup = () => {
          const time = manualTime()
          const real: Real = { time, waiters: createReplyWaiters(time), waits: [] }
          const model: Model = { now: 0, waits: [], counts: { ...zero } }
          return { model, real }
        }
        await fc.asyncModelRun(setup, commands)
      }),
      { numRuns },
    )
  }, 600_000)
})
