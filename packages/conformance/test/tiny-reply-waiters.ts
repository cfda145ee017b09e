import { MillraceError } from '@millrace/contracts'
import type { CountersUnderTest, ReplyWaitersUnderTest, WaitUnderTest } from '../src/index.js'
import { createTinyStream, type TinyStream } from './tiny-stream.js'

/** What broken reply waiters do wrong. */
export type ReplyWaitersFlaw =
  | 'answers the oldest'
  | 'never times out'
  | 'times out what was answered'
  | 'leaves a timeout in flight'
  | 'keeps every ticket'
  | 'tells nobody of a cancel'
  | 'tells of a cancel twice'
  | 'tells of a failure as a cancel'
  | 'calls a duplicate late'
  | 'counts no failure as a duplicate'
  | 'cancels with another code'
  | 'forgets the reason'
  | 'shows the reason'
  | 'ignores signals'
  | 'cancels all signals'
  | 'begins what was aborted'
  | 'calls the late delivered'
  | 'waits when the work has ended'
  | 'misses what was answered'
  | 'wraps failures'
  | 'uses tickets again'
  | 'closes and waits on'
  | 'asks after close'
  | 'counts cancels twice'
  | 'reverses items'
  | 'never tells its writer'
  | 'tells its writer too soon'
  | 'fails before the items'
  | 'drops the failure of a stream'
  | 'does not see a reader leave'
  | 'holds the writer of a stream that was cancelled'
  | 'waits for a stream that stands still'

interface TinyWaiter {
  readonly options: WaitUnderTest
  readonly settle: (ending: { readonly payload: unknown } | { readonly error: unknown }) => void
  readonly stream: TinyStream | undefined
  timer: NodeJS.Timeout | undefined
  phase: 'waiting' | 'replied' | 'gone'
}

type Counter = Exclude<keyof CountersUnderTest, 'tickets_open' | 'in_flight' | 'streams_open'>

/** The smallest reply waiters that pass the suite, or fail it in one way. */
export function openTinyReplyWaiters(flaw?: ReplyWaitersFlaw): ReplyWaitersUnderTest {
  return new TinyReplyWaiters(flaw)
}

class TinyReplyWaiters implements ReplyWaitersUnderTest {
  readonly flaw: ReplyWaitersFlaw | undefined
  readonly waiters = new Map<number, TinyWaiter>()
  readonly counts: Record<Counter, number> = {
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
  nextTicket = 1
  closedWith: MillraceError | undefined

  constructor(flaw: ReplyWaitersFlaw | undefined) {
    this.flaw = flaw
  }

  request(options: WaitUnderTest & { readonly timeoutMs?: number } = {}): { ticket: number; reply: Promise<unknown> } {
    let settle: TinyWaiter['settle'] = () => undefined
    const reply = new Promise<unknown>((resolve, reject) => {
      settle = (ending) => ('error' in ending ? reject(ending.error) : resolve(ending.payload))
    })
    const ticket = this.open({ options, settle, stream: undefined, timer: undefined, phase: 'waiting' })
    this.limit(ticket, options.timeoutMs)
    return { ticket, reply }
  }

  stream(options: WaitUnderTest & { readonly progressTimeoutMs?: number } = {}): {
    ticket: number
    items: AsyncIterable<unknown>
  } {
    let ticket = -1
    const stream = createTinyStream(this.flaw, {
      onProgress: () => this.limit(ticket, options.progressTimeoutMs),
      onBreak: () => void this.cancel(ticket),
    })
    ticket = this.open({
      options,
      settle: (ending) => stream.finish('error' in ending ? ending.error : undefined),
      stream,
      timer: undefined,
      phase: 'waiting',
    })
    if (this.flaw !== 'waits for a stream that stands still') this.limit(ticket, options.progressTimeoutMs)
    return { ticket, items: stream.items }
  }

  reply(ticket: number, payload: unknown): 'delivered' | 'duplicate' | 'late' {
    const chosen =
      this.flaw === 'answers the oldest'
        ? ([...this.waiters].find(([, { phase }]) => phase === 'waiting')?.[0] ?? ticket)
        : ticket
    if (this.settle(chosen, 'replied', { payload })) return 'delivered'
    const dropped = this.drop(ticket)
    return dropped === 'late' && this.flaw === 'calls the late delivered' ? 'delivered' : dropped
  }

  item(ticket: number, payload: unknown): undefined | Promise<void> {
    const waiter = this.waiters.get(ticket)
    if (waiter?.phase === 'waiting') return waiter.stream?.push(payload)
    this.drop(ticket)
    return undefined
  }

  fail(ticket: number, error: MillraceError): boolean {
    const known = this.flaw === 'wraps failures' ? new MillraceError('NODE_FAILED', 'wrapped', { cause: error }) : error
    const waiter = this.waiters.get(ticket)
    if (this.flaw === 'fails before the items') waiter?.stream?.abandon()
    if (this.settle(ticket, 'failed', { error: known })) {
      if (this.flaw === 'tells of a failure as a cancel') waiter?.options.onCancel?.(error)
      return true
    }
    if (this.flaw !== 'counts no failure as a duplicate' || waiter?.phase !== 'replied') this.drop(ticket)
    return false
  }

  cancel(ticket: number, reason?: unknown): boolean {
    const code = this.flaw === 'cancels with another code' ? 'SHUTTING_DOWN' : 'REPLY_CANCELLED'
    const detail = this.flaw === 'shows the reason' ? `cancelled: ${reason}` : 'cancelled'
    const cause = this.flaw === 'forgets the reason' ? undefined : reason
    return this.dismiss(ticket, 'cancelled', new MillraceError(code, detail, { cause }))
  }

  end(ticket: number): void {
    const waiter = this.waiters.get(ticket)
    if (this.flaw === 'misses what was answered' && waiter?.phase === 'replied') this.counts.missing++
    if (waiter?.stream !== undefined) this.settle(ticket, 'completed', { payload: undefined })
    else if (this.flaw !== 'waits when the work has ended')
      this.settle(ticket, 'missing', { error: new MillraceError('REPLY_MISSING', 'no reply') })
    if (this.flaw !== 'keeps every ticket') this.waiters.delete(ticket)
  }

  waits(ticket: number): boolean {
    return this.waiters.get(ticket)?.phase === 'waiting'
  }

  counters(): CountersUnderTest {
    const waiting = [...this.waiters.values()].filter(({ phase }) => phase === 'waiting')
    const left = this.flaw === 'leaves a timeout in flight' ? this.counts.timed_out : 0
    return {
      ...this.counts,
      in_flight: waiting.length + left,
      streams_open: waiting.filter(({ stream }) => stream !== undefined).length,
      tickets_open: this.waiters.size,
    }
  }

  close(error: MillraceError): void {
    if (this.flaw !== 'asks after close') this.closedWith = error
    for (const [ticket, waiter] of this.waiters) {
      if (this.flaw === 'closes and waits on') clearTimeout(waiter.timer)
      else this.settle(ticket, 'failed', { error })
    }
    this.waiters.clear()
  }

  open(waiter: TinyWaiter): number {
    this.counts.opened++
    const { signal } = waiter.options
    if (this.closedWith !== undefined) return this.refuse(waiter, 'failed', this.closedWith)
    const cancelled = (): MillraceError => new MillraceError('REPLY_CANCELLED', 'cancelled', { cause: signal?.reason })
    if (signal?.aborted && this.flaw !== 'begins what was aborted') return this.refuse(waiter, 'cancelled', cancelled())
    const ticket = this.flaw === 'uses tickets again' ? this.waiters.size + 1 : this.nextTicket++
    this.waiters.set(ticket, waiter)
    if (signal?.aborted) this.dismiss(ticket, 'cancelled', cancelled())
    if (this.flaw !== 'ignores signals') signal?.addEventListener('abort', () => this.aborted(ticket, signal.reason))
    return ticket
  }

  aborted(ticket: number, reason: unknown): void {
    const tickets = this.flaw === 'cancels all signals' ? [...this.waiters.keys()] : [ticket]
    for (const each of tickets) this.cancel(each, reason)
  }

  refuse(waiter: TinyWaiter, outcome: 'failed' | 'cancelled', error: MillraceError): number {
    this.counts[outcome]++
    waiter.settle({ error })
    return -1
  }

  limit(ticket: number, limitMs: number | undefined): void {
    const waiter = this.waiters.get(ticket)
    if (waiter?.phase !== 'waiting' || limitMs === undefined || this.flaw === 'never times out') return
    clearTimeout(waiter.timer)
    waiter.timer = setTimeout(() => {
      if (this.flaw === 'times out what was answered' && waiter.phase === 'replied') this.counts.timed_out++
      this.dismiss(ticket, 'timed_out', new MillraceError('REPLY_TIMEOUT', 'too slow'))
    }, limitMs)
  }

  dismiss(ticket: number, outcome: 'timed_out' | 'cancelled', error: MillraceError): boolean {
    const waiter = this.waiters.get(ticket)
    if (waiter?.phase !== 'waiting') return false
    if (this.flaw !== 'holds the writer of a stream that was cancelled') waiter.stream?.abandon()
    this.settle(ticket, outcome, { error })
    if (this.flaw === 'counts cancels twice') this.counts.cancelled++
    if (this.flaw !== 'tells nobody of a cancel') waiter.options.onCancel?.(error)
    if (this.flaw === 'tells of a cancel twice') waiter.options.onCancel?.(error)
    return true
  }

  settle(ticket: number, outcome: Counter, ending: Parameters<TinyWaiter['settle']>[0]): boolean {
    const waiter = this.waiters.get(ticket)
    if (waiter?.phase !== 'waiting') return false
    waiter.phase = outcome === 'replied' ? 'replied' : 'gone'
    if (this.flaw !== 'times out what was answered') clearTimeout(waiter.timer)
    this.counts[outcome]++
    waiter.settle(ending)
    return true
  }

  drop(ticket: number): 'duplicate' | 'late' {
    const duplicate = this.waiters.get(ticket)?.phase === 'replied' && this.flaw !== 'calls a duplicate late'
    this.counts[duplicate ? 'duplicate_terminal' : 'late_reply_drop']++
    return duplicate ? 'duplicate' : 'late'
  }
}
