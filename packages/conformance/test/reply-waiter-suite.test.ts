import { describe, expect, it } from '@jest/globals'
import { replyWaiterSuite } from '../src/index.js'
import { collectTests, complaintOf, complaintsOf } from './collect-tests.js'
import { openTinyReplyWaiters, type ReplyWaitersFlaw } from './tiny-reply-waiters.js'

const order = 'REPLY-01 replies return to the waiters that asked, in whatever order they come'
const timeout = 'REPLY-02 a timeout is REPLY_TIMEOUT, is told to onCancel once, and leaves nothing behind'
const inTime = 'REPLY-02 a reply in time is not timed out later, and a request without timeout waits on'
const second = 'REPLY-03 a second terminal is ignored and counted'
const cancel = 'REPLY-04 a cancel is REPLY_CANCELLED with its reason as cause, and is told to onCancel once'
const signal = 'REPLY-04 a signal cancels those that follow it and still wait, with its reason'
const aborted = 'REPLY-04 a signal that has aborted refuses at once: there is no work to cancel'
const late = 'REPLY-05 a terminal after a cancel or a timeout is ignored and counted'
const shown = 'REPLY-07 what an error shows to others holds neither payload nor reason'
const missing = 'REPLY-08 work that ends without a reply is REPLY_MISSING at once, and after one it is nothing'
const failure = 'a failure rejects with itself, and is no cancel'
const gone = 'a ticket that has ended stays gone, however many are opened after it'
const close = 'close fails what waits and what will ask, and forgets every ticket'
const items = 'a stream gives its items in order and ends after them'
const taken = 'a stream tells its writer when the reader has taken an item'
const streamFailure = 'a stream throws a failure after the items that came before it'
const breaks = 'a reader that breaks off cancels its stream and lets the writer go'
const streamSignal = 'a signal cancels a stream and lets the writer go'
const progress = 'a stream in which nobody moves for its progress timeout is REPLY_TIMEOUT'
const model = 'REPLY-06 in random runs every request has its one end and every counter is exact'

/** What is broken, the test that finds it, and what that test says. */
const broken: readonly (readonly [ReplyWaitersFlaw, string, RegExp])[] = [
  ['answers the oldest', order, /the ends of the requests must be/],
  ['never times out', timeout, /the end of a request did not happen/],
  ['leaves a timeout in flight', timeout, /in_flight/],
  ['keeps every ticket', timeout, /tickets_open/],
  ['tells nobody of a cancel', timeout, /what onCancel hears must be/],
  ['times out what was answered', inTime, /timed_out/],
  ['calls a duplicate late', second, /a second reply must be 'duplicate' \(got 'late'\)/],
  ['counts no failure as a duplicate', second, /duplicate_terminal/],
  ['cancels with another code', cancel, /must have the code REPLY_CANCELLED/],
  ['forgets the reason', cancel, /the cause of the error must be/],
  ['tells of a cancel twice', cancel, /what onCancel hears must be/],
  ['ignores signals', signal, /the end of a request did not happen/],
  ['cancels all signals', signal, /waits of a request without the signal must be true/],
  ['begins what was aborted', aborted, /how often onCancel hears must be 0/],
  ['calls the late delivered', late, /a reply after the cancel must be 'late' \(got 'delivered'\)/],
  ['shows the reason', shown, /must not hold the reason/],
  ['waits when the work has ended', missing, /the end of a request did not happen/],
  ['misses what was answered', missing, /missing/],
  ['wraps failures', failure, /the end of the request must be/],
  ['tells of a failure as a cancel', failure, /how often onCancel hears must be 0/],
  ['uses tickets again', gone, /a first reply must be 'delivered' \(got 'late'\)/],
  ['closes and waits on', close, /the end of a request did not happen/],
  ['asks after close', close, /the end of a request did not happen/],
  ['reverses items', items, /what the reader gets must be/],
  ['never tells its writer', taken, /the end of a request did not happen/],
  ['tells its writer too soon', taken, /how many items were told as taken before anyone read must be 0/],
  ['fails before the items', streamFailure, /what the reader gets must be/],
  ['drops the failure of a stream', streamFailure, /what the reader gets must be/],
  ['does not see a reader leave', breaks, /the end of a request did not happen/],
  ['holds the writer of a stream that was cancelled', streamSignal, /did not happen/],
  ['waits for a stream that stands still', progress, /the end of a stream did not happen/],
  ['counts cancels twice', model, /Property failed after \d+ tests/],
  ['calls a duplicate late', model, /Property failed after \d+ tests/],
  ['misses what was answered', model, /Property failed after \d+ tests/],
  ['keeps every ticket', model, /Property failed after \d+ tests/],
]

describe('replyWaiterSuite', () => {
  it('has no complaint about reply waiters that keep the contract', async () => {
    expect(await complaintsOf((runner) => replyWaiterSuite(runner, () => openTinyReplyWaiters()))).toEqual([])
  })

  it('has no test that finds nothing', () => {
    const titles = [...collectTests((runner) => replyWaiterSuite(runner, () => openTinyReplyWaiters())).keys()]
    const proved = new Set(broken.map(([, title]) => title))
    expect(titles.filter((title) => !proved.has(title))).toEqual([])
  })

  it.each(broken)('finds waiters with the flaw that it %s: %s', async (flaw, title, complaint) => {
    const patienceMs = complaint.source.includes('did not happen') ? 100 : 3000
    const open = () => openTinyReplyWaiters(flaw)
    expect(await complaintOf((runner) => replyWaiterSuite(runner, open, { patienceMs, rounds: 50 }), title)).toMatch(
      complaint,
    )
  })
})
