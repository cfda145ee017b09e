import type { MillraceError } from '@millrace/contracts'
import { DeadlineTimer } from './deadline-timer.js'
import { ItemStream } from './item-stream.js'
import { type Counting, type Outcome, type ReplyCounters, zeroCounters } from './reply-counters.js'
import { cancelled, groupFact, missing, timedOut } from './reply-errors.js'
import {
  noTicket,
  type OpenRequest,
  type OpenStream,
  type ReplyWaiters,
  type ReplyWaitersOptions,
  type RequestOptions,
  type StreamOptions,
} from './reply-waiters.js'
import { SignalGroups } from './signal-groups.js'
import { TicketTable } from './ticket-table.js'
import { allowedFor, dismissWaiter, failWaiter, kindOf, positiveMs, traceFact, type Waiter } from './waiter.js'

/** The waiters by ticket. `request`, `reply` and `end` are the hot path: no timer, no map and no clock without a deadline. */
export class WaiterTable implements ReplyWaiters {
  readonly #clock: () => number
  readonly #events: Required<ReplyWaitersOptions>['events']
  readonly #table = new TicketTable<Waiter>()
  readonly #signals = new SignalGroups((ticket, reason) => this.cancel(ticket, reason))
  readonly #counters: Counting = zeroCounters()
  readonly #timer: DeadlineTimer
  #closed: MillraceError | undefined

  constructor({ clock, timers, events }: Required<ReplyWaitersOptions>) {
    this.#clock = clock
    this.#events = events
    this.#timer = new DeadlineTimer({
      clock,
      timers,
      sweep: (now) => this.#sweep(now),
      earliest: () => this.#table.earliestDeadline(),
    })
  }

  request(options: RequestOptions = unlimited): OpenRequest {
    const limited = options.timeoutMs !== undefined || options.deadlineMs !== undefined
    const now = limited ? (options.sinceMs ?? this.#clock()) : 0
    const allowedMs = allowedFor(options, now)
    let resolve: Waiter['resolve'] = ignore
    let reject: Waiter['reject'] = ignore
    const reply = new Promise<unknown>((yes, no) => {
      resolve = yes
      reject = no
    })
    const { onDeadline } = options
    const ticket = this.#open(
      { phase: 'waiting', options, allowedMs, onDeadline, overdue: false, resolve, reject, stream: undefined },
      now,
    )
    return { ticket, reply }
  }

  stream(options: StreamOptions = unlimited): OpenStream {
    const allowedMs = positiveMs('progressTimeoutMs', options.progressTimeoutMs)
    let ticket = noTicket
    const stream = new ItemStream({
      onTurn: () => this.#extend(ticket),
      onBreak: () => this.cancel(ticket),
    })
    ticket = this.#open(
      {
        phase: 'waiting',
        options,
        allowedMs,
        onDeadline: undefined,
        overdue: false,
        resolve: ignore,
        reject: ignore,
        stream,
      },
      this.#clock(),
    )
    return { ticket, items: stream }
  }

  reply(ticket: number, payload: unknown): 'delivered' | 'duplicate' | 'late' {
    const waiter = this.#table.at(ticket)
    if (waiter?.phase !== 'waiting') return this.#drop('reply', waiter)
    if (waiter.stream !== undefined) throw new TypeError('a stream gets no reply; hand over its items with item()')
    this.#settle(ticket, waiter, 'replied')
    waiter.resolve(payload)
    return 'delivered'
  }

  item(ticket: number, payload: unknown): undefined | Promise<void> {
    const waiter = this.#table.at(ticket)
    if (waiter?.phase !== 'waiting') return void this.#drop('item', waiter)
    if (waiter.stream === undefined) throw new TypeError('a request gets no items; hand over its reply with reply()')
    return waiter.stream.push(payload)
  }

  fail(ticket: number, error: MillraceError): boolean {
    const waiter = this.#table.at(ticket)
    if (waiter?.phase !== 'waiting') {
      this.#drop('failure', waiter)
      return false
    }
    if (waiter.overdue && error.code === 'REPLY_TIMEOUT') {
      this.#timeOut(ticket, waiter, error.facts.group)
      return false
    }
    this.#fail(ticket, waiter, 'failed', error)
    return true
  }

  cancel(ticket: number, reason?: unknown): boolean {
    const waiter = this.#table.at(ticket)
    if (waiter?.phase !== 'waiting') return false
    this.#dismiss(ticket, waiter, 'cancelled', cancelled(kindOf(waiter), reason, waiter.options.group))
    return true
  }

  end(ticket: number): void {
    const waiter = this.#table.at(ticket)
    if (waiter?.phase === 'waiting') this.#complete(ticket, waiter)
    this.#table.close(ticket)
  }

  waits(ticket: number): boolean {
    return this.#table.at(ticket)?.phase === 'waiting'
  }

  counters(): ReplyCounters {
    return { ...this.#counters, tickets_open: this.#table.size }
  }

  close(error: MillraceError): void {
    this.#closed ??= error
    for (const ticket of this.#table.openTickets()) {
      if (this.waits(ticket)) this.fail(ticket, error)
      this.#table.close(ticket)
    }
    this.#timer.stop()
  }

  #open(waiter: Waiter, now: number): number {
    const { signal } = waiter.options
    if (this.#closed !== undefined || waiter.allowedMs <= 0 || signal?.aborted === true) return this.#refuse(waiter)
    const deadline = now + waiter.allowedMs
    const ticket = this.#table.open(waiter, deadline)
    this.#counters.opened++
    if (waiter.stream !== undefined) this.#counters.streams_open++
    if (this.#counters.in_flight++ === 0) this.#timer.hold(deadline)
    else this.#timer.expect(deadline)
    if (signal !== undefined) this.#signals.join(signal, ticket)
    return ticket
  }

  #refuse(waiter: Waiter): number {
    const { signal, group } = waiter.options
    this.#counters.opened++
    if (this.#closed !== undefined) {
      this.#counters.failed++
      failWaiter(waiter, this.#closed)
    } else if (signal?.aborted === true) {
      this.#counters.cancelled++
      this.#announce(waiter, 'cancelled', cancelled(kindOf(waiter), signal.reason, group))
    } else {
      this.#counters.timed_out++
      this.#announce(waiter, 'timed_out', timedOut(kindOf(waiter), 0, group))
    }
    return noTicket
  }

  /** The one way out of waiting. */
  #settle(ticket: number, waiter: Waiter, outcome: Outcome): void {
    const { signal } = waiter.options
    waiter.phase = outcome === 'replied' ? 'replied' : 'gone'
    this.#counters[outcome]++
    if (waiter.stream !== undefined) this.#counters.streams_open--
    if (--this.#counters.in_flight === 0) this.#timer.release()
    this.#table.setDeadline(ticket, Number.POSITIVE_INFINITY)
    if (signal !== undefined) this.#signals.leave(signal, ticket)
  }

  #complete(ticket: number, waiter: Waiter): void {
    if (waiter.overdue) return this.#timeOut(ticket, waiter)
    if (waiter.stream === undefined) {
      const error = missing(waiter.options.group)
      this.#fail(ticket, waiter, 'missing', error)
      this.#events.emit('request.missing', { ...error.facts, ...traceFact(waiter) })
      return
    }
    this.#settle(ticket, waiter, 'completed')
    waiter.stream.finish()
  }

  #fail(ticket: number, waiter: Waiter, outcome: 'failed' | 'missing', error: MillraceError): void {
    this.#settle(ticket, waiter, outcome)
    failWaiter(waiter, error)
  }

  #dismiss(ticket: number, waiter: Waiter, outcome: 'timed_out' | 'cancelled', error: MillraceError): void {
    this.#settle(ticket, waiter, outcome)
    this.#announce(waiter, outcome, error)
    waiter.options.onCancel?.(error)
  }

  #announce(waiter: Waiter, outcome: 'timed_out' | 'cancelled', error: MillraceError): void {
    dismissWaiter(waiter, error)
    const facts = { ...error.facts, ...traceFact(waiter) }
    this.#events.emit(outcome === 'timed_out' ? 'request.timeout' : 'request.cancelled', facts)
  }

  #drop(terminal: 'reply' | 'item' | 'failure', waiter: Waiter | undefined): 'duplicate' | 'late' {
    const duplicate = waiter?.phase === 'replied'
    this.#counters[duplicate ? 'duplicate_terminal' : 'late_reply_drop']++
    const facts = { terminal, ...groupFact(waiter?.options.group), ...traceFact(waiter) }
    this.#events.emit(duplicate ? 'reply.duplicate' : 'reply.late', facts)
    return duplicate ? 'duplicate' : 'late'
  }

  #sweep(now: number): void {
    for (const ticket of this.#table.due(now)) {
      const waiter = this.#table.at(ticket)
      if (waiter?.phase === 'waiting' && !this.#asksWhoHasIt(ticket, waiter, now)) this.#timeOut(ticket, waiter)
    }
  }

  /** @returns false where a waiter's time is over for good */
  #asksWhoHasIt(ticket: number, waiter: Waiter, now: number): boolean {
    if (waiter.overdue || waiter.onDeadline === undefined) return false
    waiter.overdue = true
    const waitsMs = waiter.onDeadline()
    if (!this.waits(ticket)) return true // it has ended meanwhile
    if (waitsMs > 0) this.#table.setDeadline(ticket, now + waitsMs)
    return waitsMs > 0
  }

  /** @param group who has kept the work */
  #timeOut(ticket: number, waiter: Waiter, group: unknown = waiter.options.group): void {
    const known = typeof group === 'string' ? group : undefined
    this.#dismiss(ticket, waiter, 'timed_out', timedOut(kindOf(waiter), Math.round(waiter.allowedMs), known))
  }

  /** A stream has made progress. */
  #extend(ticket: number): void {
    const allowedMs = this.#table.at(ticket)?.allowedMs ?? Number.POSITIVE_INFINITY
    if (allowedMs < Number.POSITIVE_INFINITY) this.#table.setDeadline(ticket, this.#clock() + allowedMs)
  }
}

const unlimited = {}

function ignore(): void {}
