import { isMillraceError, MillraceError } from '@millrace/contracts'
import fc from 'fast-check'
import { assertSame } from '../assert-same.js'
import { propertyParameters } from '../test-runner.js'
import { assertCounters, type Ending, type ReplyWaiterCase, type ReplyWaiterWorld } from './reply-waiter-world.js'
import type { CountersUnderTest, ReplyWaitersUnderTest } from './reply-waiters-under-test.js'

type Step = { readonly do: 'request' } | { readonly do: 'reply' | 'fail' | 'cancel' | 'end'; readonly which: number }

/** Random calls beside a model that says what each returns, how each request ends and what the counters are. */
export const replyModelCase: ReplyWaiterCase = {
  title: 'REPLY-06 in random runs every request has its one end and every counter is exact',
  async run(world) {
    const likeModel = fc.asyncProperty(fc.array(stepArbitrary(), { maxLength: 100, size: 'max' }), async (steps) =>
      behavesLikeModel(world, await world.open(), steps),
    )
    await fc.assert(likeModel, propertyParameters(world.settings))
  },
}

function stepArbitrary(): fc.Arbitrary<Step> {
  const which = fc.nat(1000)
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('request' as const) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('reply', 'fail', 'cancel', 'end'), which }) },
  )
}

async function behavesLikeModel(
  world: ReplyWaiterWorld,
  waiters: ReplyWaitersUnderTest,
  steps: readonly Step[],
): Promise<void> {
  const model = new ReplyModel()
  const endings: Promise<Ending>[] = []
  const tickets: number[] = []
  for (const [payload, step] of steps.entries()) {
    if (step.do === 'request') {
      const { ticket, reply } = waiters.request()
      tickets.push(ticket)
      endings.push(world.ending(reply))
      model.request()
      continue
    }
    const which = step.which % Math.max(1, tickets.length)
    const ticket = tickets[which]
    if (ticket === undefined) continue
    if (step.do === 'reply') assertSame('reply', waiters.reply(ticket, payload), model.reply(which, payload))
    else if (step.do === 'fail') assertSame('fail', waiters.fail(ticket, failure(payload)), model.fail(which, payload))
    else if (step.do === 'cancel') assertSame('cancel', waiters.cancel(ticket), model.cancel(which))
    else {
      waiters.end(ticket)
      model.end(which)
    }
    assertSame('waits', waiters.waits(ticket), model.waits(which))
  }
  assertCounters(waiters, model.counters())
  waiters.close(failure('closed'))
  assertSame('the ends of the requests', (await Promise.all(endings)).map(textOf), model.endings())
}

/** How one request stands: what it will end with, and whether its work has ended. */
interface Standing {
  phase: 'waiting' | 'replied' | 'gone'
  ending: string
  ended: boolean
}

class ReplyModel {
  readonly #requests: Standing[] = []
  readonly #counts = { replied: 0, missing: 0, cancelled: 0, failed: 0, duplicate_terminal: 0, late_reply_drop: 0 }

  request(): void {
    this.#requests.push({ phase: 'waiting', ending: 'NODE_FAILED closed', ended: false })
  }

  reply(which: number, payload: number): 'delivered' | 'duplicate' | 'late' {
    if (!this.#settle(which, 'replied', `payload ${payload}`)) return this.#drop(which)
    this.#counts.replied++
    return 'delivered'
  }

  fail(which: number, detail: number): boolean {
    const counts = this.#settle(which, 'gone', `NODE_FAILED ${detail}`)
    if (counts) this.#counts.failed++
    else this.#drop(which)
    return counts
  }

  cancel(which: number): boolean {
    const counts = this.#settle(which, 'gone', 'REPLY_CANCELLED')
    if (counts) this.#counts.cancelled++
    return counts
  }

  end(which: number): void {
    if (this.#settle(which, 'gone', 'REPLY_MISSING')) this.#counts.missing++
    const request = this.#requests[which]
    if (request !== undefined) request.ended = true
  }

  waits(which: number): boolean {
    return this.#requests[which]?.phase === 'waiting'
  }

  counters(): Partial<CountersUnderTest> {
    return {
      ...this.#counts,
      opened: this.#requests.length,
      in_flight: this.#requests.filter(({ phase }) => phase === 'waiting').length,
      tickets_open: this.#requests.filter(({ ended }) => !ended).length,
      timed_out: 0,
      completed: 0,
    }
  }

  endings(): readonly string[] {
    return this.#requests.map(({ ending }) => ending)
  }

  #settle(which: number, phase: 'replied' | 'gone', ending: string): boolean {
    const request = this.#requests[which]
    if (request?.phase !== 'waiting') return false
    request.phase = phase
    request.ending = ending
    return true
  }

  #drop(which: number): 'duplicate' | 'late' {
    const request = this.#requests[which]
    const kind = request?.phase === 'replied' && !request.ended ? 'duplicate' : 'late'
    this.#counts[kind === 'duplicate' ? 'duplicate_terminal' : 'late_reply_drop']++
    return kind
  }
}

function failure(detail: unknown): MillraceError {
  return new MillraceError('NODE_FAILED', String(detail))
}

function textOf(ending: Ending): string {
  if ('payload' in ending) return `payload ${ending.payload}`
  if (!isMillraceError(ending.error)) return `thrown ${ending.error}`
  const { code, message } = ending.error
  return code === 'NODE_FAILED' ? message.replace(':', '') : code
}
