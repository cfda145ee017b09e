import { setTimeout as pause } from 'node:timers/promises'
import {
  createEventEmitter,
  defineMessage,
  type EndpointTable,
  MillraceError,
  type Plan,
  type SlotId,
  type SourceDefinition,
  type WorkerEndpoint,
} from '@millrace/contracts'
import { linkPairs, peersOf } from '@millrace/placement'
import { createRoutingService } from '@millrace/routing'
import { createMemoryStateStore } from '@millrace/transport-memory'
import { Type } from 'typebox'
import { Ledger } from '../src/ledger/ledger.js'
import { Mesh } from '../src/mesh/mesh.js'
import { Engine } from '../src/runtime/engine.js'
import { InFlight } from '../src/runtime/in-flight.js'
import { SourcePump } from '../src/runtime/source-pump.js'
import { MemoryDisk } from './memory-disk.js'
import { type CarriedProcess, type Carrier, createCarrier } from './random-carrier.js'
import { chanceOf, clockOf, type RandomCase } from './random-graph.js'
import { randomPlan } from './random-placement.js'
import { rememberingDefinitionOf, seenIn } from './remembering-node.js'
import { deadQuiet, definitionOf, type RandomRun, turn, Waits, writerOf } from './run-random-graph.js'

/** What goes wrong on purpose, and what the code is made to do wrong. */
export interface MeshFaults {
  /** How many workers are killed and replaced, how many are replaced while they work, and how many links are cut, at most. */
  readonly crashes: number
  readonly moves: number
  readonly cuts: number
  /** Whether workers record what they do, so that those with ordered nodes may be killed too. */
  readonly durable?: boolean
  /** Another ledger than the true one. */
  readonly ledger?: (ledger: Ledger) => Ledger
  /** Another plan than the true one. */
  readonly plan?: (plan: Plan) => Plan
  /** Another carrier than the true one. */
  readonly carrier?: (carrier: Carrier) => Carrier
}

export const noFaults: MeshFaults = { crashes: 0, moves: 0, cuts: 0 }

/** How likely a fault is at each step of the scheduler, as long as there may be more. */
const faultLikelihood = 0.01

/** How long nothing is done while somebody waits to dial again, in milliseconds. */
const dialPauseMs = 5

interface Worker extends CarriedProcess {
  readonly group: number
  readonly mesh: Mesh
  readonly engine: Engine
  readonly ledger: Ledger | undefined
  readonly file: CutFile
  /** Resolves when it has died. */
  readonly gone: Promise<void>
  readonly die: () => void
}

/** A process whose slot another has taken, or is about to take. */
interface Moving {
  readonly old: Worker
  retires: boolean
}

/** Where the source is read, also after its slot has moved. */
interface MovableSource {
  readonly worker: Worker
  hasMoved: boolean
  readonly ended: Promise<void>
}

/** What a run of random workers showed. */
export interface RandomMeshRun extends RandomRun {
  readonly crashes: number
  readonly moves: number
  readonly cuts: number
  readonly redelivered: number
  readonly repeats: number
}

/**
 * Runs a random graph on random groups and slots: the real runner and the real links, over a carrier in memory whose batches,
 * like promises and streams, go on in the order of a seeded scheduler. Workers that hold nothing ordered may be killed at any
 * step, or replaced while they work, and any link may be cut.
 */
export async function runRandomMesh(
  testCase: RandomCase,
  seed: number,
  faults: MeshFaults = noFaults,
): Promise<RandomMeshRun> {
  const workers = new RandomWorkers(testCase, seed, faults)
  await workers.start()
  return workers.run()
}

class RandomWorkers {
  readonly #case: RandomCase
  readonly #faults: MeshFaults
  readonly #waits: Waits
  readonly #chance
  readonly #clock
  readonly #plan: Plan
  readonly #seen: string[][]
  readonly #types
  readonly #nodes
  readonly #carrier: Carrier
  readonly #disk: MemoryDisk
  readonly #workers = new Map<SlotId, Worker>()
  readonly #endpoints = new Map<SlotId, WorkerEndpoint>()
  /** Slots without a worker. */
  readonly #empty = new Set<SlotId>()
  readonly #gone: Worker[] = []
  /** One at a time, as the supervisor does it. */
  #moving: Moving | undefined
  #source: MovableSource | undefined
  #version = 0
  #crashes = 0
  #moves = 0
  #cuts = 0

  constructor(testCase: RandomCase, seed: number, faults: MeshFaults) {
    this.#case = testCase
    this.#faults = faults
    this.#waits = new Waits(chanceOf(seed * 31 + 7))
    this.#chance = chanceOf(seed * 13 + 5)
    this.#clock = clockOf(seed * 17 + 11)
    const plan = randomPlan(testCase, seed)
    this.#plan = faults.plan?.(plan) ?? plan
    this.#seen = plan.graph.nodes.map(() => [])
    this.#types = plan.graph.types.map((type) =>
      defineMessage(type.name, Type.Object({ at: Type.Array(Type.Integer()) })),
    )
    this.#disk = new MemoryDisk((happen) => this.#waits.add(happen))
    this.#nodes = plan.graph.nodes.map(({ ordered }, node) =>
      faults.durable === true && ordered
        ? rememberingDefinitionOf(testCase, node, this.#types, this.#waits)
        : definitionOf(testCase, node, this.#types, this.#waits, this.#seen[node] ?? []),
    )
    const carrier = createCarrier((run) => this.#waits.add(run))
    this.#carrier = faults.carrier?.(carrier) ?? carrier
  }

  async start(): Promise<void> {
    for (const [group, { slots }] of this.#plan.groups.entries())
      for (const slot of slots) await this.#spawn(slot, group, 1)
    for (const { mesh } of this.#workers.values()) mesh.connect(this.#table())
    await Promise.all([...this.#workers.values()].map(({ mesh }) => mesh.ready()))
  }

  async run(): Promise<RandomMeshRun> {
    const source = this.#startSource()
    const isOver = () =>
      source.ended && this.#waits.length === 0 && this.#moving === undefined && this.#isLinked && this.#isKept
    for (let quiet = 0; quiet < deadQuiet && !isOver(); ) {
      await turn()
      if (!source.ended && this.#waits.length > 0) this.#perhapsFault()
      if (this.#waits.length > 0) {
        quiet = 0
        this.#waits.letOneGo()
      } else if (this.#isLinked) quiet++
      else {
        quiet += dialPauseMs
        await pause(dialPauseMs) // who dials again does so after a while
      }
    }
    for (const { mesh } of this.#workers.values()) mesh.giveUp()
    if (this.#faults.durable === true) {
      this.#lookIntoState()
      await this.#keepAll()
    }
    const living = [...this.#workers.values()]
    const counters = [...living, ...this.#gone].map(({ mesh }) => mesh.counters())
    return {
      seen: this.#seen,
      ended: source.ended && this.#moving === undefined,
      failure: source.failure,
      left: source.inFlight.length + living.reduce((sum, { mesh }) => sum + mesh.remaining(), 0) + this.#leftOnDisk,
      crashes: this.#crashes,
      moves: this.#moves,
      cuts: this.#cuts,
      redelivered: counters.reduce((sum, { redelivered }) => sum + redelivered, 0),
      repeats: counters.reduce((sum, { repeats }) => sum + repeats, 0),
    }
  }

  /** What is done is removed with the next commit; there is none after this. */
  async #keepAll(): Promise<void> {
    let isSettled = false
    void Promise.all([...this.#workers.values()].map(({ ledger }) => ledger?.settled())).then(() => {
      isSettled = true
    })
    for (let quiet = 0; quiet < deadQuiet && !isSettled; quiet++) {
      await turn()
      if (this.#waits.length > 0) this.#waits.letOneGo()
    }
  }

  /** What an ordered node has handled is what its state says. */
  #lookIntoState(): void {
    this.#plan.graph.nodes.forEach(({ ordered, kind, name }, node) => {
      if (ordered && kind === 'handler') this.#seen[node]?.push(...seenIn(this.#disk, name))
    })
  }

  /** Who has died may have left what was done already, which nobody asks for again. */
  get #leftOnDisk(): number {
    return this.#crashes === 0 ? this.#disk.work.length : 0
  }

  get #isKept(): boolean {
    return [...this.#workers.values()].every(({ ledger }) => ledger?.commits.isSettled ?? true)
  }

  get #isLinked(): boolean {
    return [...this.#workers.values()].every(({ mesh }) => mesh.missing().length === 0)
  }

  async #spawn(slot: SlotId, group: number, incarnation: number): Promise<Worker> {
    const { graph, groupOf, hops } = this.#plan
    const transport = this.#carrier.of({ slot, incarnation })
    const events = createEventEmitter()
    const ledger = this.#ledgerOf(slot)
    const last = this.#nodes.length - 1
    const file = new CutFile(groupOf[last] === group ? (this.#seen[last] ?? []) : [])
    if (ledger !== undefined) file.cut(ledger.found('sink:file'))
    const mesh = new Mesh({
      plan: this.#plan,
      run: 'random',
      place: { slot, group, incarnation },
      peers: peersOf(linkPairs(this.#plan, []), slot),
      transport,
      events,
      now: () => Date.now(),
      clock: this.#clock,
      tracing: undefined,
      maxInFlight: this.#case.maxInFlight,
      ledger,
    })
    const engine = new Engine({
      graph,
      nodes: this.#nodes,
      types: this.#types,
      routing: createRoutingService({ graph, groupOf, hops, here: group }),
      transport,
      store: ledger?.state ?? createMemoryStateStore(),
      journal: ledger?.journal,
      checkpoints: ledger && new Map([[last, { name: 'file', take: async () => file.length }]]),
      events,
      clock: this.#clock,
      tracing: undefined,
      checks: { validate: 'entry', freeze: false, serialise: false, maxPayloadBytes: 1_000_000 },
      writers: new Map([[last, writerOf(this.#case, last, this.#waits, file)]]),
      services: () => ({}),
      config: () => ({}),
      request: () => Promise.reject(new Error('no nested requests here')),
      share: { mesh, group, groupOf, groupNames: this.#plan.groups.map(({ name }) => name) },
      deadLetter: () => undefined,
    })
    mesh.attach(engine)
    let die = (): void => undefined
    const gone = new Promise<void>((resolve) => {
      die = resolve
    })
    const worker = { slot, group, incarnation, mesh, engine, ledger, file, gone, die }
    const endpoint = await mesh.listen()
    this.#workers.set(slot, worker)
    this.#endpoints.set(slot, endpoint)
    this.#empty.delete(slot)
    return worker
  }

  /** What it has seen is kept in the state of each ordered node, and in the file of the sink. */
  #ledgerOf(slot: SlotId): Ledger | undefined {
    if (this.#faults.durable !== true) return undefined
    const store = this.#disk.open(slot)
    const failed = (error: MillraceError): void => {
      if (error.code !== 'FENCED') throw error
    }
    const ledger = new Ledger({ store, run: 'random', resumes: false, now: () => Date.now(), failed })
    return this.#faults.ledger?.(ledger) ?? ledger
  }

  #table(): EndpointTable {
    const { old, retires } = this.#moving ?? { retires: false }
    return {
      version: ++this.#version,
      endpoints: [...this.#endpoints.values()],
      retiring: old !== undefined && retires ? [{ slot: old.slot, incarnation: old.incarnation }] : [],
    }
  }

  #startSource() {
    const origin = this.#workers.get(`${this.#plan.groups[this.#plan.groupOf[0] ?? 0]?.name}#1`) ?? missingOrigin()
    const { engine, mesh } = origin
    const inFlight = new InFlight({ maxRoots: this.#case.maxInFlight, maxBytes: 1e9 }, (work) =>
      engine.runner.loop.push(work),
    )
    const state = { inFlight, ended: false, failure: undefined as MillraceError | undefined }
    const source = this.#nodes[0] as SourceDefinition // node 0 is the source
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    this.#source = { worker: origin, hasMoved: false, ended }
    new SourcePump({
      definition: source,
      read: () => source.read({} as never),
      routes: engine.routes(0).map((route) => ({ route, check: (payload: unknown) => payload })),
      runner: engine.runner,
      inFlight,
      tracing: undefined,
      from: 0,
      lowWater: undefined,
      ordered: true,
      domain: {
        opened: (domain) => mesh.openDomain(domain, { kind: 'source', node: 0 }),
        closed: (domain) => mesh.closeDomain(domain),
      },
      unclaimed: () => undefined,
      failed: (error) => {
        state.failure = error
      },
      ended: () => {
        state.ended = true
        end()
      },
    }).start()
    return state
  }

  #perhapsFault(): void {
    if (this.#chance.next() >= faultLikelihood) return
    const { crashes, moves, cuts } = this.#faults
    const faults = [
      ...(this.#crashes < crashes ? [() => this.#crash()] : []),
      ...(this.#moves < moves && this.#moving === undefined ? [() => this.#move()] : []),
      ...(this.#cuts < cuts ? [() => this.#cut()] : []),
    ]
    faults[this.#chance.pick(faults.length)]?.()
  }

  /** Any worker whose group holds no source, and nothing ordered that is not recorded. */
  #anyWorker(): Worker | undefined {
    const { groups, graph } = this.#plan
    const slots = groups.flatMap(({ nodes, slots }) =>
      nodes.some((node) => node === 0 || (this.#faults.durable !== true && graph.nodes[node]?.ordered)) ? [] : slots,
    )
    const workers = slots.flatMap((slot) => this.#workers.get(slot) ?? [])
    return workers[this.#chance.pick(workers.length)]
  }

  /** Kills a worker; its replacement comes after a while. */
  #crash(): void {
    const worker = this.#anyWorker()
    if (worker === undefined) return
    const { slot, group, incarnation } = worker
    this.#crashes++
    this.#workers.delete(slot)
    this.#endpoints.delete(slot)
    this.#empty.add(slot)
    this.#end(worker)
    this.#announce()
    this.#waits.add(() => void this.#replace(slot, group, incarnation + 1))
  }

  async #replace(slot: SlotId, group: number, incarnation: number): Promise<void> {
    await this.#spawn(slot, group, incarnation)
    this.#announce()
  }

  /**
   * Replaces a worker while it works. Where nothing else goes wrong the one with the source is among them; it goes on in the old
   * process, which makes no new links.
   */
  #move(): void {
    const { crashes, cuts } = this.#faults
    const source = this.#source
    const withSource = crashes + cuts === 0 && source?.hasMoved === false && this.#chance.pick(4) === 0
    if (withSource) source.hasMoved = true
    const old = withSource ? source.worker : this.#anyWorker()
    if (old === undefined) return
    const moving = { old, retires: false }
    this.#moving = moving
    this.#waits.add(() => void this.#moveTo(moving))
  }

  /** As the supervisor does it: nobody can dial the new process before the old one is listed as retiring. */
  async #moveTo(moving: Moving): Promise<void> {
    const { old } = moving
    const { slot, group, incarnation } = old
    if (this.#workers.get(slot) === old) {
      this.#moves++
      moving.retires = true
      const next = await this.#spawn(slot, group, incarnation + 1)
      this.#announce()
      const isReady = next.mesh.ready().then(
        () => true,
        () => false, // it has died
      )
      if (await isReady) await Promise.all([this.#left(old), old === this.#source?.worker && this.#source.ended])
      old.mesh.vacate()
      await old.mesh.close(new MillraceError('SHUTTING_DOWN', 'its slot has moved'))
      this.#end(old)
    }
    this.#moving = undefined
    this.#announce()
  }

  /** Resolves when no peer waits for anything of a process; one that dies waits for nothing. */
  async #left(old: Worker): Promise<void> {
    const peers = [...this.#workers.values()].filter(({ slot }) => slot !== old.slot)
    await Promise.all(peers.map(({ mesh, gone }) => Promise.race([mesh.left(old), gone])))
  }

  #end(worker: Worker): void {
    this.#carrier.crash(worker)
    if (this.#faults.durable === true) {
      this.#disk.died(worker.slot)
      worker.file.close()
    }
    this.#gone.push(worker)
    worker.mesh.giveUp()
    worker.die()
  }

  /** Everybody hears of it, each in its time; whoever has heard of something newer ignores it. */
  #announce(): void {
    const table = this.#table()
    const old = this.#moving?.old
    const isOld = old !== undefined && this.#workers.get(old.slot) !== old
    for (const worker of [...this.#workers.values(), ...(isOld ? [old] : [])])
      this.#waits.add(() => !this.#gone.includes(worker) && worker.mesh.connect(table))
  }

  #cut(): void {
    const pairs = linkPairs(this.#plan, [])
    const pair = pairs[this.#chance.pick(pairs.length)]
    if (pair !== undefined && this.#carrier.cut(...pair)) this.#cuts++
  }
}

/** What a sink has written: whoever opens it cuts it to what was kept. */
class CutFile {
  readonly #lines: string[]
  #isOpen = true

  constructor(lines: string[]) {
    this.#lines = lines
  }

  cut(kept: unknown): void {
    this.#lines.length = typeof kept === 'number' ? kept : 0
  }

  get length(): number {
    return this.#lines.length
  }

  push(line: string): void {
    if (this.#isOpen) this.#lines.push(line)
  }

  close(): void {
    this.#isOpen = false
  }
}

function missingOrigin(): never {
  throw new RangeError('the source has no group')
}
