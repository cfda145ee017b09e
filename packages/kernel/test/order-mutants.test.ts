import { afterEach, describe, expect, it, jest } from '@jest/globals'
import type { Link, LinkListener, MarkRecord, Plan, Transport } from '@millrace/contracts'
import { Commits } from '../src/ledger/commits.js'
import { Recorder } from '../src/ledger/recorder.js'
import { CrossingRoots } from '../src/mesh/crossing-roots.js'
import { ExpectedRepeats } from '../src/mesh/expected-repeats.js'
import { Mesh } from '../src/mesh/mesh.js'
import { Domain, noMoreRoots } from '../src/runner/domain.js'
import { Gate } from '../src/runner/gate.js'
import { runSeed } from './order-mistakes.js'
import type { Carrier } from './random-carrier.js'
import { type MeshFaults, noFaults } from './random-world.js'
import { runRandomMesh } from './run-random-mesh.js'

/** A mutant must be found within so many seeds; most need fewer than twenty. */
const patience = 2000

/** The first seed that shows a mistake. @param from where to begin: a mutant that few seeds find is found sooner near one */
async function firstMistake(faults: MeshFaults, from = 1): Promise<string | undefined> {
  for (let seed = from; seed < from + patience; seed++) {
    const { mistake } = await runSeed(seed, (testCase) => runRandomMesh(testCase, seed, faults), true)
    if (mistake !== undefined) return mistake
  }
  return undefined
}

/** A carrier whose links are not what they should be. */
function withLinks({ of, ...carrier }: Carrier, change: (link: Link) => Link): Carrier {
  return {
    ...carrier,
    of(process): Transport {
      const transport = of(process)
      return {
        ...transport,
        listen: (at, accept) => transport.listen(at, (link) => accept(change(link))),
        dial: async (from, to, signal) => change(await transport.dial(from, to, signal)),
      }
    },
  }
}

/** Says no more of a position than its root. */
function saysRootsOnly(link: Link): Link {
  const send = link.send.bind(link)
  const ofRoot = (mark: MarkRecord): MarkRecord => ({ ...mark, position: mark.position.slice(0, 1) })
  return Object.assign(link, {
    send: (record: Parameters<Link['send']>[0]) => send(record.kind === 'mark' ? ofRoot(record) : record),
  })
}

/** When it is lost, its reader believes that nothing more can come from its slot. */
function forgetsMarks(link: Link): Link {
  const listen = link.listen.bind(link)
  return Object.assign(link, {
    listen: (listener: LinkListener) => {
      const marks = new Map<string, MarkRecord>()
      listen({
        record: (record) => {
          if (record.kind === 'mark' && record.edge >= 0) marks.set(`${record.edge} ${record.domain}`, record)
          listener.record(record)
        },
        end: (end) => {
          for (const mark of marks.values()) listener.record({ ...mark, position: [noMoreRoots] })
          listener.end(end)
        },
      })
    },
  })
}

function routedByLoad(plan: Plan): Plan {
  return { ...plan, hops: plan.hops.map((hop) => ({ ...hop, choose: 'load' })) }
}

describe('the test of order', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it('ORDER-01 fails when watermarks go by the root alone', async () => {
    const faults = { ...noFaults, carrier: (carrier: Carrier) => withLinks(carrier, saysRootsOnly) }
    expect(await firstMistake(faults)).toMatch(/^seed /u)
  }, 600_000)

  it("ORDER-01 fails when a dead slot's watermark is forgotten", async () => {
    const faults = { ...noFaults, crashes: 6, carrier: (carrier: Carrier) => withLinks(carrier, forgetsMarks) }
    expect(await firstMistake(faults)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 fails when repeats are not dropped', async () => {
    jest.spyOn(ExpectedRepeats.prototype, 'join').mockReturnValue(undefined)
    jest.spyOn(Gate.prototype, 'hasTaken').mockReturnValue(false)
    expect(await firstMistake({ ...noFaults, crashes: 6 })).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 fails when the slot of a message that something ordered comes after is chosen by load', async () => {
    expect(await firstMistake({ ...noFaults, crashes: 6, plan: routedByLoad }, 1980)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 HANDOFF-05 fails when a process that is replaced says what it gives up', async () => {
    jest.spyOn(Mesh.prototype, 'vacate').mockReturnValue(undefined)
    expect(await firstMistake({ ...noFaults, crashes: 3, moves: 4 })).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 HANDOFF-05 fails when that counts, too, after its slot has moved', async () => {
    jest.spyOn(Mesh.prototype, 'vacate').mockReturnValue(undefined)
    jest.spyOn(CrossingRoots.prototype, 'inDomain').mockReturnValue(false)
    expect(await firstMistake({ ...noFaults, moves: 6 })).toMatch(/^seed /u)
  }, 600_000)
})

describe('the test of order where workers record what they do', () => {
  const durable = { ...noFaults, crashes: 6, durable: true }
  const resumed = { ...noFaults, crashes: 4, cuts: 3, interruptions: 3, durable: true }

  afterEach(() => {
    jest.restoreAllMocks()
  })

  it('ORDER-01 REDIS-02 fails when something leaves before what it came of is kept', async () => {
    jest.spyOn(Commits.prototype, 'leave').mockImplementation((call) => call())
    expect(await firstMistake(durable)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 REDIS-02 fails when state is kept and how far its node has come is not', async () => {
    jest.spyOn(Recorder.prototype, 'cursor').mockReturnValue(undefined)
    expect(await firstMistake(durable)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 REDIS-02 fails when messages on their way are not kept', async () => {
    jest.spyOn(Recorder.prototype, 'keepSent').mockReturnValue(undefined)
    expect(await firstMistake(durable)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 REDIS-02 fails when messages that wait in a worker are not kept', async () => {
    jest.spyOn(Recorder.prototype, 'keepTask').mockReturnValue(undefined)
    expect(await firstMistake(durable)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 REDIS-02 fails when the rest of a list is not kept', async () => {
    jest.spyOn(Recorder.prototype, 'keepList').mockReturnValue(undefined)
    expect(await firstMistake(durable)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 REDIS-02 RESUME-01 fails when what has passed its gate is handled although a root before it has failed', async () => {
    jest.spyOn(Domain.prototype, 'takesBack').mockReturnValue(false)
    expect(await firstMistake(resumed, 950)).toMatch(/^seed /u)
  }, 600_000)

  it('ORDER-01 REDIS-02 RESUME-01 fails when what a sink has written of a root that has failed does not count', async () => {
    jest.spyOn(Recorder.prototype, 'outlived').mockReturnValue(undefined)
    expect(await firstMistake(resumed)).toMatch(/^seed /u)
  }, 600_000)
})
