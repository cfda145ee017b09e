import { createEventEmitter } from '@millrace/contracts'
import type { ReplyWaiters, ReplyWaitersOptions } from './reply-waiters.js'
import { nodeTimers } from './timers.js'
import { WaiterTable } from './waiter-table.js'

/** Makes an empty table of waiters; a runtime has one for each origin. */
export function createReplyWaiters({
  clock = () => performance.now(),
  timers = nodeTimers,
  events = createEventEmitter(),
}: ReplyWaitersOptions = {}): ReplyWaiters {
  return new WaiterTable({ clock, timers, events })
}
