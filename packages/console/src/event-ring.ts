import type { Facts, MillraceEvent } from '@millrace/contracts'
import type { EventView } from './view.js'

/** The last events. */
export interface EventRing {
  add(event: MillraceEvent): void
  /** Those after one, the oldest first. */
  after(id: number): readonly EventView[]
  /** The id of the last one; 0 before the first. */
  readonly last: number
}

const maxFacts = 20
const maxFactLength = 400

/** Makes a ring of so many events. What an event says is cut to what fits on the page. */
export function createEventRing(size: number): EventRing {
  const events: EventView[] = []
  let last = 0
  return {
    add({ at, level, name, facts }) {
      last += 1
      events.push({ id: last, at, level, name, facts: shortened(facts) })
      if (events.length > size) events.shift()
    },
    after: (id) => events.slice(Math.max(events.length - (last - id), 0)),
    get last() {
      return last
    },
  }
}

function shortened(facts: Facts): EventView['facts'] {
  return Object.fromEntries(
    Object.entries(facts)
      .slice(0, maxFacts)
      .map(([name, value]) => [name, short(value)]),
  )
}

function short(value: Facts[string]): string | number | boolean | null {
  const text = typeof value === 'object' && value !== null ? value.join(', ') : value
  return typeof text === 'string' && text.length > maxFactLength ? `${text.slice(0, maxFactLength)}…` : text
}
