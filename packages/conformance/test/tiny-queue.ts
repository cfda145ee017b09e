import type { WorkQueue } from '@millrace/contracts'
import type { TransportFlaw } from './tiny-transport.js'

/** A list as a queue, or a queue with one flaw. */
export function createTinyQueue<Item>(flaw: TransportFlaw | undefined, list: unknown[]): WorkQueue<Item> {
  const items = list as Item[] // only this queue, or one with the flaw of sharing, puts anything into it
  return {
    get length() {
      return items.length
    },
    push(item) {
      if (flaw !== 'queue drops falsy items' || item) items.push(item)
    },
    shift: () => (flaw === 'queue is a stack' ? items.pop() : items.shift()),
    peek: () => items[0],
    clear() {
      if (flaw !== 'queue does not clear') items.length = 0
    },
  }
}
