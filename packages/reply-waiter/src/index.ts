export { createReplyWaiters } from './create-reply-waiters.js'
export type { ReplyCounters } from './reply-counters.js'
export {
  noTicket,
  type OpenRequest,
  type OpenStream,
  type ReplyWaiters,
  type ReplyWaitersOptions,
  type RequestOptions,
  type StreamOptions,
  type WaitOptions,
} from './reply-waiters.js'
export type { TimerHandle, Timers } from './timers.js'
