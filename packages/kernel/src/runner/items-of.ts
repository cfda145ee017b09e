import type { WorkQueue } from '@millrace/contracts'

/** What a queue holds, the oldest first; it still holds that. */
export function itemsOf<Item>(queue: WorkQueue<Item>): readonly Item[] {
  const items: Item[] = []
  for (let left = queue.length; left > 0; left--) {
    const item = queue.shift() as Item // there is one
    items.push(item)
    queue.push(item)
  }
  return items
}
