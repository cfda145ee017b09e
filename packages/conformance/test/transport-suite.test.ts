import { describe, expect, it } from '@jest/globals'
import { transportSuite } from '../src/index.js'
import { collectTests, complaintOf, complaintsOf, type Suite } from './collect-tests.js'
import { openTinyTransport, type TransportFlaw } from './tiny-transport.js'

/** Waits briefly where the complaint is that something did not happen; elsewhere a busy machine shall not make it one. */
function brokenBy(flaw: TransportFlaw, complaint: RegExp): Suite {
  const patienceMs = complaint.source.includes('did not happen') ? 200 : 3000
  return (runner) => transportSuite(runner, { open: () => openTinyTransport(flaw), patienceMs, rounds: 50 })
}

/** What is broken, the test that finds it, and what that test says. */
const broken: readonly (readonly [TransportFlaw, string, RegExp])[] = [
  ['swaps local and peer', 'order: both ends know the slots they connect', /did not happen/],
  [
    'reverses a batch',
    'order: records of several turns arrive as sent, in both directions',
    /record 0 must arrive as it was sent/,
  ],
  [
    'bounds what a turn may send',
    'order: many records of one turn arrive as sent',
    /being handed 10000 records did not happen/,
  ],
  ['hands over inside send', 'order: nothing is handed over inside send', /what was handed over inside send must be/],
  [
    'drops what a receiver answers',
    'order: a receiver may answer while it is handed records',
    /being handed 200 records did not happen/,
  ],
  [
    'drops what comes before listen',
    'order: records that come before listen wait for it',
    /being handed 100 records did not happen/,
  ],
  ['hands all links of a slot to the last', 'order: parallel links do not mix', /did not happen/],
  ['drops on close', 'close flush: the end that dialled closes', /200 records were sent, 0 arrived/],
  ['drops on close', 'close flush: the end that was dialled closes', /200 records were sent, 0 arrived/],
  ['drops on close', 'close flush: records and end wait for listen', /10 records were sent, 0 arrived/],
  [
    'drops what the peer of a closer sent',
    'close flush: the end that dialled closes',
    /200 records were sent, 0 arrived/,
  ],
  [
    'drops what the peer of a closer sent',
    'close flush: both ends close in one turn',
    /200 records were sent, 0 arrived/,
  ],
  ['tells only the peer of a closer', 'close flush: the end that was dialled closes', /hearing the end did not happen/],
  [
    'hears the end twice',
    'close flush: two slots can be linked again',
    /must hear the end exactly once \(it heard closed, closed\)/,
  ],
  ['never closes', 'close flush: the end that dialled closes', /closing the link did not happen within 200 ms/],
  ['refuses to close twice', 'close flush: closing twice is closing once', /it is closed already/],
  [
    'drops when the transport closes',
    'close flush: a closed transport has handed over what its links were sent',
    /100 records were sent, 0 arrived/,
  ],
  [
    'hands over after the end',
    'close flush: what is sent after the end is dropped silently',
    /0 records were sent, 2 arrived/,
  ],
  ['throws after the end', 'close flush: what is sent after the end is dropped silently', /it has ended/],
  ['links two slots once', 'close flush: two slots can be linked again', /linked before/],
  [
    'lets send wait',
    'slow reader: a receiver that blocks gets everything in order, and send does not wait for it',
    /nothing to wait for/,
  ],
  [
    'hands over inside send',
    'slow reader: a receiver that blocks gets everything in order, and send does not wait for it',
    /all must be sent before/,
  ],
  [
    'reads nothing while the peer does not listen',
    'slow reader: acknowledgements pass while the data of the other direction waits',
    /being handed 1 records did not happen/,
  ],
  ['cuts large text', 'large message: JSON just under the limit arrives whole', /record 0 must arrive as it was sent/],
  [
    'drops large bytes',
    'large message: bytes just under the limit arrive whole',
    /being handed 1 records did not happen/,
  ],
  [
    'sends small records first',
    'large message: several of one turn keep their order among small ones',
    /record 1 must arrive as it was sent/,
  ],
  [
    'calls a lost link closed',
    'peer crash: both ends hear lost, after a beginning of what was sent',
    /the end of the one that dialled must be 'lost' \(got 'closed'\)/,
  ],
  [
    'invents records when it is lost',
    'peer crash: both ends hear lost, after a beginning of what was sent',
    /record 100 must arrive as it was sent/,
  ],
  ['throws after the loss', 'peer crash: what is sent afterwards is dropped silently', /it is lost/],
  [
    'forgets a loss before listen',
    'peer crash: an end that listens too late hears lost',
    /hearing the end did not happen/,
  ],
  [
    'loses one end only',
    'peer crash: an end that gives its link up loses it on both sides, although the other goes on sending',
    /did not happen/,
  ],
  ['loses every link at once', 'peer crash: other links live on', /was handed 0 of 1 records before the end/],
  [
    'links two slots once',
    'peer crash: two slots can be linked again, and nothing of the old link comes over the new one',
    /linked before/,
  ],
  [
    'resends the old link over the new one',
    'peer crash: two slots can be linked again, and nothing of the old link comes over the new one',
    /arrive/,
  ],
  ['drops duplicates', 'duplicate terminal: both pass unchanged', /being handed 6 records did not happen/],
  [
    'drops what comes after a cancel',
    'late terminal: it passes unchanged after cancel and acknowledgement',
    /being handed 5 records did not happen/,
  ],
  ['repairs text', 'round trip: every nasty payload arrives equal', /must arrive as it was sent/],
  ['sorts keys', 'round trip: every nasty payload arrives equal', /must arrive as it was sent/],
  [
    'carries bytes as JSON',
    'round trip: bytes arrive as bytes, also none and every value of a byte',
    /record 0 must arrive as it was sent/,
  ],
  [
    'sends the buffer under a view',
    'round trip: bytes arrive as bytes, also none and every value of a byte',
    /record 2 must arrive as it was sent/,
  ],
  [
    'hands over JSON text',
    'round trip: a payload that is JSON already arrives as what it says',
    /record 0 must arrive as it was sent/,
  ],
  [
    'reads all JSON text',
    'round trip: JSON that nobody is to read arrives as the text that was sent',
    /record 0 must arrive as it was sent/,
  ],
  [
    'numbers what has no ticket',
    'round trip: an envelope without a ticket, and the mark of a domain that is over',
    /record 0 must arrive as it was sent/,
  ],
  [
    'leaves out what is undefined',
    'round trip: random records of every kind arrive equal',
    /Property failed after \d+ tests/,
  ],
  ['rounds large numbers', 'round trip: random records of every kind arrive equal', /Property failed after \d+ tests/],
  ['drops on close', 'round trip: random records of every kind arrive equal', /Property failed after \d+ tests/],
  [
    'dials for ever',
    'dial: where nobody listens it fails with HANDOFF_TRANSPORT, names the slot and keeps its deadline',
    /giving up the dial did not happen/,
  ],
  [
    'fails a dial with another code',
    'dial: where nobody listens it fails with HANDOFF_TRANSPORT, names the slot and keeps its deadline',
    /must fail with HANDOFF_TRANSPORT/,
  ],
  [
    'does not name the slot',
    'dial: where nobody listens it fails with HANDOFF_TRANSPORT, names the slot and keeps its deadline',
    /the message must name the slot/,
  ],
  ['dials after the abort', 'dial: one that was given up before it began opens nothing', /must fail, but it succeeded/],
  ['works after close', 'dial: a closed transport refuses to dial and to listen', /must fail, but it succeeded/],
  [
    'queue is a stack',
    'queue: it does what a list does, for random pushes, shifts and clears',
    /Property failed after \d+ tests/,
  ],
  ['queue is a stack', 'queue: it keeps the order of a burst, again and again', /item 0 came out of turn/],
  [
    'queue does not clear',
    'queue: it does what a list does, for random pushes, shifts and clears',
    /Property failed after \d+ tests/,
  ],
  [
    'queue drops falsy items',
    'queue: it holds any item, and length tells an undefined one from none',
    /what comes out must be \[ undefined, null, 0, '', false, NaN \]/,
  ],
  ['queues share their items', 'queue: queues share nothing', /what comes out of each must be \[ \[\], \[ 2 \] \]/],
]

describe('transportSuite', () => {
  it('has no complaint about a transport that keeps the contract', async () => {
    expect(await complaintsOf((runner) => transportSuite(runner, { open: () => openTinyTransport() }))).toEqual([])
  })

  it('has no test that finds nothing', () => {
    const titles = [...collectTests((runner) => transportSuite(runner, { open: () => openTinyTransport() })).keys()]
    const proved = new Set(broken.map(([, title]) => `CONF-01 ${title}`))
    expect(titles.filter((title) => !proved.has(title))).toEqual([])
  })

  it.each(broken)('finds a transport that %s: %s', async (flaw, title, complaint) => {
    expect(await complaintOf(brokenBy(flaw, complaint), `CONF-01 ${title}`)).toMatch(complaint)
  })
})
