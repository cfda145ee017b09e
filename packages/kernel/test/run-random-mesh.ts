import {
  createEventEmitter,
  defineMessage,
  type MillraceError,
  type SlotId,
  type SourceDefinition,
  type WorkerEndpoint,
} from '@millrace/contracts'
import { linkPairs, peersOf } from '@millrace/placement'
import { createRoutingService } from '@millrace/routing'
import { createMemoryStateStore, createMemoryTransport } from '@millrace/transport-memory'
import { Type } from 'typebox'
import { Mesh } from '../src/mesh/mesh.js'
import { Engine } from '../src/runtime/engine.js'
import { InFlight } from '../src/runtime/in-flight.js'
import { SourcePump } from '../src/runtime/source-pump.js'
import { chanceOf, type RandomCase } from './random-graph.js'
import { randomPlan } from './random-placement.js'
import { deadQuiet, definitionOf, type RandomRun, turn, Waits, writerOf } from './run-random-graph.js'

/**
 * Runs a random graph on random groups and slots: the real runner and the real links, over a carrier in memory whose batches,
 * like promises and streams, go on in the order of a seeded scheduler.
 */
export async function runRandomMesh(testCase: RandomCase, seed: number): Promise<RandomRun> {
  const waits = new Waits(chanceOf(seed * 31 + 7))
  const plan = randomPlan(testCase, seed)
  const { graph } = plan
  const seen: string[][] = graph.nodes.map(() => [])
  const types = graph.types.map((type) => defineMessage(type.name, Type.Object({ at: Type.Array(Type.Integer()) })))
  const nodes = graph.nodes.map((_, node) => definitionOf(testCase, node, types, waits, seen[node] ?? []))
  const last = nodes.length - 1
  const transport = createMemoryTransport({ schedule: (run) => waits.add(run), serialise: true })
  const pairs = linkPairs(plan, [])
  const events = createEventEmitter()
  const workers = plan.groups.flatMap(({ slots }, group) => slots.map((slot) => worker(slot, group)))

  function worker(slot: SlotId, group: number) {
    const mesh = new Mesh({
      plan,
      run: 'random',
      place: { slot, group, incarnation: 1 },
      peers: peersOf(pairs, slot),
      transport,
      events,
      now: () => Date.now(),
      maxInFlight: testCase.maxInFlight,
    })
    const engine = new Engine({
      graph,
      nodes,
      types,
      routing: createRoutingService({ graph, groupOf: plan.groupOf, hops: plan.hops, here: group }),
      transport,
      store: createMemoryStateStore(),
      events,
      clock: () => performance.now(),
      checks: { validate: 'entry', freeze: false, serialise: false, maxPayloadBytes: 1_000_000 },
      writers: new Map([[last, writerOf(testCase, last, waits, seen[last] ?? [])]]),
      services: () => ({}),
      config: () => ({}),
      request: () => Promise.reject(new Error('no nested requests here')),
      share: { mesh, group, groupOf: plan.groupOf },
      deadLetter: () => undefined,
    })
    mesh.attach(engine)
    return { slot, group, mesh, engine }
  }

  const endpoints: WorkerEndpoint[] = []
  for (const { mesh } of workers) endpoints.push(await mesh.listen())
  for (const { mesh } of workers) mesh.connect({ version: 1, endpoints })
  await Promise.all(workers.map(({ mesh }) => mesh.ready()))

  const origin = workers.find(({ group }) => group === plan.groupOf[0]) ?? missingOrigin()
  const { engine, mesh } = origin
  const inFlight = new InFlight({ maxRoots: testCase.maxInFlight, maxBytes: 1e9 }, (work) =>
    engine.runner.loop.push(work),
  )
  let ended = false
  let failure: MillraceError | undefined
  const source = nodes[0] as SourceDefinition // node 0 is the source
  new SourcePump({
    definition: source,
    read: () => source.read({} as never),
    routes: engine.routes(0).map((route) => ({ route, check: (payload: unknown) => payload })),
    runner: engine.runner,
    inFlight,
    ordered: true,
    domain: {
      opened: (domain) => mesh.openDomain(domain, { kind: 'source', node: 0 }),
      closed: (domain) => mesh.closeDomain(domain),
    },
    unclaimed: () => undefined,
    failed: (error) => {
      failure = error
    },
    ended: () => {
      ended = true
    },
  }).start()
  for (let quiet = 0; quiet < deadQuiet && (!ended || waits.length > 0); ) {
    await turn()
    if (waits.length === 0) quiet++
    else {
      quiet = 0
      waits.letOneGo()
    }
  }
  const left = inFlight.length + workers.reduce((sum, each) => sum + each.mesh.remaining(), 0)
  return { seen, ended, left, failure }
}

function missingOrigin(): never {
  throw new RangeError('the source has no group')
}
