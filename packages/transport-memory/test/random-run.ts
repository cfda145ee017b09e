import type { Link, LinkEnd } from '@millrace/contracts'
import fc from 'fast-check'
import { createMemoryTransport } from '../src/memory-transport.js'
import { envelope } from './envelope.js'
import { linked } from './linked.js'
import { createManualSchedule } from './manual-schedule.js'

const slots = ['a#1', 'b#1', 'c#1'] as const
const pairs = [
  ['a#1', 'b#1'],
  ['b#1', 'c#1'],
  ['c#1', 'a#1'],
] as const

/** One thing that happens: an end sends, closes or is lost; a slot dies; one run of the scheduler takes place. */
export type Action =
  | { readonly do: 'send' | 'close' | 'sever'; readonly end: number }
  | { readonly do: 'crash'; readonly slot: (typeof slots)[number] }
  | { readonly do: 'run'; readonly choice: number }

/** Random actions: mostly sends and runs, few faults. */
export function actionArbitrary(): fc.Arbitrary<Action> {
  const end = fc.nat(2 * pairs.length - 1)
  return fc.oneof(
    { weight: 40, arbitrary: fc.record({ do: fc.constant('send' as const), end }) },
    { weight: 30, arbitrary: fc.record({ do: fc.constant('run' as const), choice: fc.nat(100) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), end }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('sever' as const), end }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), slot: fc.constantFrom(...slots) }) },
  )
}

/**
 * Links three slots with each other, lets the actions happen, runs what is left and closes the transport.
 *
 * @returns what any end may complain about, so nothing where all is well
 */
export async function randomRun(actions: readonly Action[]): Promise<readonly string[]> {
  const manual = createManualSchedule()
  const transport = createMemoryTransport(manual)
  const ends: ObservedEnd[] = []
  for (const [from, to] of pairs) {
    const [near, far] = await linked(transport, from, to)
    const nearEnd = new ObservedEnd(near)
    ends.push(nearEnd, new ObservedEnd(far, nearEnd))
  }
  for (const action of actions) {
    if (action.do === 'run') manual.runOne(action.choice)
    else if (action.do === 'send') ends[action.end]?.send()
    else if (action.do === 'close') ends[action.end]?.close()
    else if (action.do === 'crash') {
      transport.crash(action.slot)
      for (const end of ends) if (end.link.local === action.slot) end.die()
    } else {
      const link = ends[action.end]?.link
      if (link !== undefined) transport.sever(link.local, link.peer)
    }
  }
  const closed = transport.close()
  manual.runAll()
  // Would wait for ever if an end were forgotten.
  await Promise.all([closed, ...ends.map((end) => end.closed)])
  return ends.flatMap((end) => end.complaints())
}

/** One end of a link, with what its peer sent while it could, and what it heard. */
class ObservedEnd {
  readonly link: Link
  readonly sentToIt: number[] = []
  readonly #heard: number[] = []
  readonly #ends: LinkEnd[] = []
  readonly #tooLate: string[] = []
  #peer: ObservedEnd | undefined
  #life: 'open' | 'closing' | 'ended' | 'dead' = 'open'
  #ticket = 0
  closed: Promise<void> = Promise.resolve()

  constructor(link: Link, peer?: ObservedEnd) {
    this.link = link
    this.#peer = peer
    if (peer !== undefined) peer.#peer = this
    link.listen({
      record: (record) => {
        this.#checkTime('a record')
        if (record.kind === 'envelope') this.#heard.push(record.ticket ?? Number.NaN)
      },
      end: (end) => {
        this.#checkTime('an end')
        this.#ends.push(end)
        this.#life = 'ended'
      },
    })
  }

  send(): void {
    const ticket = ++this.#ticket
    if (this.#life === 'open') this.#peer?.sentToIt.push(ticket)
    this.link.send(envelope(ticket))
  }

  close(): void {
    if (this.#life === 'open') this.#life = 'closing'
    this.closed = this.link.close()
  }

  die(): void {
    this.#life = 'dead'
  }

  complaints(): readonly string[] {
    const name = `${this.link.local} of ${this.link.peer}`
    const beginning = this.sentToIt.slice(0, this.#heard.length)
    const found = [...this.#tooLate]
    if (String(this.#heard) !== String(beginning))
      found.push(`heard ${this.#heard}, which does not begin ${this.sentToIt}`)
    if (this.#life !== 'dead' && this.#ends.length !== 1) found.push(`heard ${this.#ends.length} ends`)
    if (this.#ends[0] === 'closed' && this.#heard.length < this.sentToIt.length)
      found.push(`heard the end after ${this.#heard.length} of ${this.sentToIt.length} records`)
    return found.map((complaint) => `${name} ${complaint}`)
  }

  #checkTime(what: string): void {
    if (this.#life === 'ended' || this.#life === 'dead') this.#tooLate.push(`heard ${what} when it was ${this.#life}`)
  }
}
