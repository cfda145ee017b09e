import { setTimeout as pause } from 'node:timers/promises'
import {
  createEventEmitter,
  type EndpointTable,
  MillraceError,
  type Plan,
  type Position,
  type SlotId,
  type SourceDefinition,
  type WorkerEndpoint,
} from '@millrace/contracts'
import { linkPairs, peersOf } from '@millrace/placement'
import { createRoutingService } from '@millrace/routing'
import { createMemoryStateStore } from '@millrace/transport-memory'
import type { Ledger } from '../src/ledger/ledger.js'
import { Mesh } from '../src/mesh/mesh.js'
import type { MeshCounters } from '../src/mesh/mesh-counters.js'
import type { WrittenLetter } from '../src/runtime/dead-letters.js'
import { Engine } from '../src/runtime/engine.js'
import { InFlight } from '../src/runtime/in-flight.js'
import { keptOfSink, keptOfSource, noteSource } from '../src/runtime/kept-places.js'
import { LowWater } from '../src/runtime/low-water.js'
import { SourcePump } from '../src/runtime/source-pump.js'
import { CutFile } from './cut-file.js'
import { type CarriedProcess, type Carrier, createCarrier } from './random-carrier.js'
import type { RandomWorld } from './random-world.js'
import { deadQuiet, type Reading, writerOf } from './run-random-graph.js'
import { turn } from './shop.js'

/** How likely a fault is at each step of the scheduler, as long as there may be more. */
const faultLikelihood = 0.01

/** One letter of so many is refused, as long as there may be another interruption. */
const letterRefusedOnceIn = 10

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

/** The source, and where it is read, also after its slot has moved. */
interface SourceAtWork {
  readonly worker: Worker
  readonly inFlight: InFlight
  readonly whenEnded: Promise<void>
  ended: boolean
  failure: MillraceError | undefined
  hasMoved: boolean
}

/** How the processes of one run have ended. */
export interface RandomRunEnd {
  /** Whether another run has to go on with what this one has left. */
  readonly wasInterrupted: boolean
  readonly ended: boolean
  readonly failure: MillraceError | undefined
  readonly left: number
  /** How much of anything was left in processes that a failed message had let come to rest. */
  readonly leftAtRest: number
  readonly counters: MeshCounters
}

/** The processes of one run. */
export class RandomWorkers {
  readonly #world: RandomWorld
  readonly #number: number
  readonly #carrier: Carrier
  readonly #workers = new Map<SlotId, Worker>()
  readonly #endpoints = new Map<SlotId, WorkerEndpoint>()
  /** Slots without a worker. */
  readonly #empty = new Set<SlotId>()
  readonly #gone: Worker[] = []
  /** One at a time, as the supervisor does it. */
  #moving: Moving | undefined
  #source: SourceAtWork | undefined
  #version = 0
  #isInterrupted = false
  /** Whether all are stopped as soon as they are at rest. */
  #stopsAtRest = false
  #leftAtRest = 0
  /** Whether nobody is replaced any more. */
  #isStopping = false

  /** @param number of the run, from 1; each goes on where the one before has ended */
  constructor(world: RandomWorld, number: number) {
    this.#world = world
    this.#number = number
    const carrier = createCarrier((run) => world.waits.add(run))
    this.#carrier = world.faults.carrier?.(carrier) ?? carrier
  }

  async start(): Promise<void> {
    for (const [group, { slots }] of this.#plan.groups.entries())
      for (const slot of slots) await this.#spawn(slot, group, 1)
    for (const { mesh } of this.#workers.values()) mesh.connect(this.#table())
    await Promise.all([...this.#workers.values()].map(({ mesh }) => mesh.ready()))
  }

  async run(): Promise<RandomRunEnd> {
    const { waits, isDurable } = this.#world
    const source = this.#startSource()
    const isOver = () => (this.#isInterrupted ? this.#workers.size === 0 : this.#isAtRest)
    for (let quiet = 0; quiet < deadQuiet && !isOver(); ) {
      await turn()
      if (this.#stopsAtRest && this.#isAtRest) this.#stopAtRest()
      if (!source.ended && !this.#isInterrupted && waits.length > 0) this.#perhapsFault()
      if (waits.length > 0) {
        quiet = 0
        waits.letOneGo()
      } else if (this.#isLinked || this.#isInterrupted) quiet++
      else {
        quiet += dialPauseMs
        await pause(dialPauseMs) // who dials again does so after a while
      }
    }
    const wasInterrupted = this.#isInterrupted && isOver()
    for (const { mesh } of this.#workers.values()) mesh.giveUp()
    if (isDurable && !wasInterrupted) {
      this.#world.lookIntoState()
      await this.#keepAll()
    }
    const living = [...this.#workers.values()]
    const counters = [...living, ...this.#gone].map(({ mesh }) => mesh.counters())
    return {
      wasInterrupted,
      ended: source.ended && this.#moving === undefined,
      failure: source.failure,
      left: source.inFlight.length + this.#remaining + this.#leftOnDisk,
      leftAtRest: this.#leftAtRest,
      counters: {
        redelivered: counters.reduce((sum, { redelivered }) => sum + redelivered, 0),
        repeats: counters.reduce((sum, { repeats }) => sum + repeats, 0),
      },
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
      if (this.#world.waits.length > 0) this.#world.waits.letOneGo()
    }
  }

  /** Who has died may have left what was done already, which nobody asks for again. */
  get #leftOnDisk(): number {
    const { happened, disk } = this.#world
    return happened.crashes + happened.interruptions === 0 ? disk.work.length : 0
  }

  get #plan(): Plan {
    return this.#world.plan
  }

  /** Names the run. */
  get #run(): string {
    return `random ${this.#number}`
  }

  get #isAtRest(): boolean {
    const isQuiet = this.#world.waits.length === 0 && this.#moving === undefined
    return this.#source?.ended === true && isQuiet && this.#isLinked && this.#isKept
  }

  /** How much the living know of anything. */
  get #remaining(): number {
    return [...this.#workers.values()].reduce((sum, { mesh }) => sum + mesh.remaining(), 0)
  }

  get #isKept(): boolean {
    return [...this.#workers.values()].every(({ ledger }) => ledger?.commits.isSettled ?? true)
  }

  get #isLinked(): boolean {
    return [...this.#workers.values()].every(({ mesh }) => mesh.missing().length === 0)
  }

  async #spawn(slot: SlotId, group: number, incarnation: number): Promise<Worker> {
    const { case: testCase, plan, nodes, types, clock, waits, seen } = this.#world
    const { graph, groupOf, hops } = plan
    const transport = this.#carrier.of({ slot, incarnation })
    const events = createEventEmitter()
    const ledger = this.#ledgerOf(slot, group)
    const last = nodes.length - 1
    const file = new CutFile(groupOf[last] === group ? (seen[last] ?? []) : [])
    if (ledger !== undefined) file.cut(keptOfSink(ledger, 'file'))
    const mesh = new Mesh({
      plan,
      run: this.#run,
      place: { slot, group, incarnation },
      peers: peersOf(linkPairs(plan, []), slot),
      transport,
      events,
      clock,
      tracing: undefined,
      maxInFlight: testCase.maxInFlight,
      ledger,
    })
    const writing = new Set<Promise<unknown>>()
    const engine = new Engine({
      graph,
      nodes,
      types,
      routing: createRoutingService({ graph, groupOf, hops, here: group }),
      transport,
      store: ledger?.state ?? createMemoryStateStore(),
      journal: ledger?.journal,
      lasts: this.#world.isDurable,
      checkpoints: ledger && new Map([[last, { name: 'file', take: async () => file.length }]]),
      events,
      clock,
      tracing: undefined,
      checks: { validate: 'entry', freeze: false, serialise: false, maxPayloadBytes: 1_000_000 },
      writers: new Map([[last, writerOf(testCase, last, waits, file)]]),
      services: () => ({}),
      config: () => ({}),
      wallTime: (ms) => ms,
      request: () => Promise.reject(new Error('no nested requests here')),
      share: { mesh, group, groupOf, groupNames: plan.groups.map(({ name }) => name) },
      deadLetter: (node, _error, message) => this.#deadLetter(node, message.position, writing),
    })
    mesh.attach(engine)
    ledger?.commits.contribute(() => (writing.size === 0 ? [] : [Promise.allSettled(writing).then(() => [])]))
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
  #ledgerOf(slot: SlotId, group: number): Ledger | undefined {
    const { isDurable, disk, faults, plan } = this.#world
    const isRecorded = plan.groups[group]?.nodes.some((node) => node === 0 || plan.graph.nodes[node]?.ordered)
    if (!isDurable || isRecorded !== true) return undefined
    const ledger = disk.ledger(slot, { run: this.#run, resumes: this.#number > 1 })
    return faults.ledger?.(ledger) ?? ledger
  }

  #table(): EndpointTable {
    const { old, retires } = this.#moving ?? { retires: false }
    return {
      version: ++this.#version,
      endpoints: [...this.#endpoints.values()],
      retiring: old !== undefined && retires ? [{ slot: old.slot, incarnation: old.incarnation }] : [],
    }
  }

  #startSource(): SourceAtWork {
    const { case: testCase, nodes } = this.#world
    const worker = this.#workers.get(`${this.#plan.groups[this.#plan.groupOf[0] ?? 0]?.name}#1`) ?? missingOrigin()
    const { engine, mesh, ledger } = worker
    const inFlight = new InFlight({ maxRoots: testCase.maxInFlight, maxBytes: 1e9 }, (work) =>
      engine.runner.loop.push(work),
    )
    const definition = nodes[0] as SourceDefinition // node 0 is the source
    const kept = keptOfSource(ledger, definition.name)
    const lowWater = ledger && new LowWater((place) => noteSource(ledger, definition.name, place))
    const reading: Reading = { mark: lowWater && ((place) => lowWater.mark(place)), resume: kept?.mark }
    let tellEnded = (): void => undefined
    const whenEnded = new Promise<void>((resolve) => {
      tellEnded = resolve
    })
    const source: SourceAtWork = { worker, inFlight, whenEnded, ended: false, failure: undefined, hasMoved: false }
    this.#source = source
    new SourcePump({
      definition,
      read: () => definition.read(reading as never), // nothing else is asked for
      routes: engine.routes(0).map((route) => ({ route, check: (payload: unknown) => payload })),
      runner: engine.runner,
      inFlight,
      tracing: undefined,
      from: kept?.seq ?? 0,
      lowWater,
      ordered: true,
      domain: {
        opened: (domain) => mesh.openDomain(domain, { kind: 'source', node: 0 }),
        closed: (domain) => mesh.closeDomain(domain),
      },
      unclaimed: () => undefined,
      failed: (error) => {
        source.failure = error
      },
      ended: () => {
        source.ended = true
        tellEnded()
      },
    }).start()
    return source
  }

  #perhapsFault(): void {
    if (this.#world.chance.next() >= faultLikelihood) return
    const world = this.#world
    const faults = [
      ...(world.mayHave('crashes') ? [() => this.#crash()] : []),
      ...(world.mayHave('moves') && this.#moving === undefined ? [() => this.#move()] : []),
      ...(world.mayHave('cuts') ? [() => this.#cut()] : []),
      ...(world.mayHave('interruptions') ? [() => this.#interrupt()] : []),
    ]
    faults[world.chance.pick(faults.length)]?.()
  }

  /** Any worker whose group holds no source, and nothing ordered unless that may be. */
  #anyWorker(isOrderedToo: boolean): Worker | undefined {
    const { groups, graph } = this.#plan
    const slots = groups.flatMap(({ nodes, slots }) =>
      nodes.some((node) => node === 0 || (!isOrderedToo && graph.nodes[node]?.ordered)) ? [] : slots,
    )
    const workers = slots.flatMap((slot) => this.#workers.get(slot) ?? [])
    return workers[this.#world.chance.pick(workers.length)]
  }

  /** Kills a worker; its replacement comes after a while. */
  #crash(): void {
    const worker = this.#anyWorker(this.#world.isDurable)
    if (worker === undefined) return
    const { slot, group, incarnation } = worker
    this.#world.happened.crashes++
    this.#empty.add(slot)
    this.#leave(worker)
    this.#announce()
    this.#world.waits.add(() => void this.#replace(slot, group, incarnation + 1))
  }

  async #replace(slot: SlotId, group: number, incarnation: number): Promise<void> {
    if (this.#isStopping) return
    await this.#spawn(slot, group, incarnation)
    this.#announce()
  }

  /**
   * Replaces a worker while it works. Where nothing else goes wrong the one with the source is among them; it goes on in the old
   * process, which makes no new links.
   */
  #move(): void {
    const { crashes, cuts } = this.#world.faults
    const source = this.#source
    const withSource = crashes + cuts === 0 && source?.hasMoved === false && this.#world.chance.pick(4) === 0
    if (withSource) source.hasMoved = true
    const old = withSource ? source.worker : this.#anyWorker(false)
    if (old === undefined) return
    const moving = { old, retires: false }
    this.#moving = moving
    this.#world.waits.add(() => void this.#moveTo(moving))
  }

  /** As the supervisor does it: nobody can dial the new process before the old one is listed as retiring. */
  async #moveTo(moving: Moving): Promise<void> {
    const { old } = moving
    const { slot, group, incarnation } = old
    if (!this.#isStopping && this.#workers.get(slot) === old) {
      this.#world.happened.moves++
      moving.retires = true
      const next = await this.#spawn(slot, group, incarnation + 1)
      this.#announce()
      const isReady = next.mesh.ready().then(
        () => true,
        () => false, // it has died
      )
      if (await isReady) await Promise.all([this.#left(old), old === this.#source?.worker && this.#source.whenEnded])
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

  /**
   * Ends the run before its end: all processes die at once; or the one with the source does, and the others are stopped; or
   * a message fails, and all are stopped when what can be finished is.
   */
  #interrupt(): void {
    const source = this.#source
    if (source === undefined) return
    this.#world.happened.interruptions++
    this.#isInterrupted = true
    const ways = [
      () => this.#stopAll(() => true),
      () => {
        this.#leave(source.worker)
        this.#announce()
        this.#stopAll(() => this.#world.chance.pick(3) === 0)
      },
      () => {
        const roots = source.inFlight.roots()
        roots[this.#world.chance.pick(roots.length)]?.fail(new MillraceError('NODE_FAILED', 'on purpose'))
        if (roots.length === 0) this.#stopAll(() => true)
        else if (this.#world.faults.rests === true) this.#stopsAtRest = true
        else void source.whenEnded.then(() => this.#stopAll(() => false))
      },
    ]
    ways[this.#world.chance.pick(ways.length)]?.()
  }

  /** Writes a letter, or refuses it, which ends the run. @param writing what a commit waits for */
  #deadLetter(node: string, position: Position, writing: Set<Promise<unknown>>): WrittenLetter | undefined {
    const { case: testCase, faults, letters, waits, chance } = this.#world
    const { mended } = testCase
    const write = (): void => {
      const letter = `${node} ${position}`
      const mayRefuse = !this.#isInterrupted && this.#world.mayHave('interruptions') && !letters.includes(letter)
      if (mended?.has(letter) || (mayRefuse && chance.pick(letterRefusedOnceIn) === 0)) this.#refuse(letter)
      letters.push(letter)
    }
    if (faults.failures === 'in a file') {
      write()
      return { id: '', kept: undefined }
    }
    const kept = waits.wait().then(write)
    writing.add(kept)
    void kept.catch(() => undefined).then(() => writing.delete(kept))
    return { id: '', kept }
  }

  /** A letter finds no room, as any other of its message: that fails, and all are stopped. Then its node is mended. */
  #refuse(letter: string): never {
    this.#world.case.mended?.add(letter)
    if (!this.#isInterrupted) {
      this.#world.happened.interruptions++
      this.#isInterrupted = true
      void this.#source?.whenEnded.then(() => this.#stopAll(() => false))
    }
    throw new MillraceError('BACKEND_UNAVAILABLE', 'there is no room for a letter')
  }

  #stopAtRest(): void {
    this.#stopsAtRest = false
    this.#leftAtRest = this.#remaining
    this.#stopAll(() => false)
  }

  /** Stops every process in its time, or kills it at once. */
  #stopAll(isKilled: () => boolean): void {
    this.#isStopping = true
    if (this.#moving?.retires === true && this.#workers.get(this.#moving.old.slot) !== this.#moving.old)
      this.#end(this.#moving.old)
    for (const worker of [...this.#workers.values()])
      if (isKilled()) this.#leave(worker)
      else this.#world.waits.add(() => void this.#stop(worker))
  }

  /** As a worker does it that is told to stop. */
  async #stop(worker: Worker): Promise<void> {
    const { mesh, ledger } = worker
    mesh.abandonSlots()
    await ledger?.settled()
    await mesh.close(new MillraceError('SHUTTING_DOWN', 'the run has ended'))
    await ledger?.settled()
    if (this.#workers.get(worker.slot) === worker) this.#leave(worker)
  }

  /** A process ends, and its slot has none. */
  #leave(worker: Worker): void {
    this.#workers.delete(worker.slot)
    this.#endpoints.delete(worker.slot)
    this.#end(worker)
  }

  #end(worker: Worker): void {
    this.#carrier.crash(worker)
    if (this.#world.isDurable) {
      this.#world.disk.died(worker.slot)
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
      this.#world.waits.add(() => !this.#gone.includes(worker) && worker.mesh.connect(table))
  }

  #cut(): void {
    const pairs = linkPairs(this.#plan, [])
    const pair = pairs[this.#world.chance.pick(pairs.length)]
    if (pair !== undefined && this.#carrier.cut(...pair)) this.#world.happened.cuts++
  }
}

function missingOrigin(): never {
  throw new RangeError('the source has no group')
}
