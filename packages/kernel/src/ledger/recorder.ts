/**
 * Records what the nodes of a worker do in the ledger of its slot.
 *
 * K1  What is not done yet of something recorded is kept when a turn ends, under its position: a later process, which gets the
 *     recorded message again, does that in its place. Whatever is made anew at a position takes the place of what was kept
 *     there, and it is kept until every copy is done. A message that its node has handled is not kept any more: what is kept at
 *     its position is what came of it.
 * K2  Of work that is kept above other work only the former is done again, for the rest comes of it.
 * K3  What has failed is not done, nor what it comes of, and a later process fails again: nobody else may know of the failure yet.
 * K4  A domain's entries are removed with it, except a source's: a run that goes on later needs them.
 */
import {
  comparePositions,
  isMessage,
  type LedgerWrite,
  type Message,
  type MessageType,
  MillraceError,
  type Position,
  type SlotId,
} from '@millrace/contracts'
import { parseDomainId } from '../mesh/domain-id.js'
import type { Peer } from '../mesh/peer.js'
import { isWithin } from '../runner/domain.js'
import { Expiring } from '../runner/expiring.js'
import { mayComeAgainMs, noDeadlineMs } from '../runner/handled-once.js'
import type { Journal, Kept, KeptList } from '../runner/journal.js'
import type { NodeRun } from '../runner/node-run.js'
import type { Root } from '../runner/root.js'
import type { Route } from '../runner/route.js'
import type { Runner } from '../runner/runner.js'
import type { Subtree } from '../runner/subtree.js'
import type { Task } from '../runner/task.js'
import type { SinkCheckpoint } from '../runtime/sinks.js'
import type { Commits } from './commits.js'
import { type Cursor, Cursors } from './cursors.js'
import { type KeptMessage, positionText, takenEntry, type Work, workEntry } from './entries.js'
import type { Found, FoundWork } from './found.js'
import type { LedgerParts } from './ledger.js'
import { keepPayload, payloadOf } from './payload-text.js'
import { RecordedSink } from './recorded-sink.js'

/** What a recorder needs of the worker whose work it records. */
export interface RecordedWorker {
  readonly runner: Runner
  /** For each node, whether what it emits comes of something recorded in this worker. */
  readonly keepsOutput: readonly boolean[]
  /** The node of this worker; undefined for one in another. */
  run(node: number): NodeRun | undefined
  /** The route of a type that a node emits. */
  routeFrom(emitter: number, type: number): Route
  messageType(name: string): MessageType | undefined
  peer(slot: SlotId): Peer | undefined
  /** The name of a root that entered elsewhere; undefined for one that entered here. */
  visitorName(root: Root): string | undefined
}

interface KeptWork extends Kept {
  readonly scope: string
  readonly root: Root
  readonly position: Position
  work: () => Work
  isStored: boolean
  /** How many copies of it are not done: a repeat may be there beside the first. */
  copies: number
}

/** An entry that is of no use any more from some time on. */
interface ExpiringEntry {
  readonly until: number
  readonly entry: string
}

/** The journal of one worker. */
export class Recorder implements Journal {
  readonly #commits: Commits
  readonly #now: () => number
  readonly #clock: () => number
  readonly #cursors = new Cursors()
  readonly #taken: Map<string, number>
  readonly #found: Map<string, FoundWork[]>
  readonly #kept = new Map<string, KeptWork>()
  readonly #fresh = new Set<KeptWork>()
  /** Since the last commit. */
  readonly #moved = new Set<Cursor>()
  /** The entries of work of each domain and of each root of none that the ledger holds, to be removed with it. */
  readonly #scopes = new Map<string, Set<string>>()
  /** Until when what was found of roots of no domain may be asked for; they all have ended by then. */
  readonly #foundUntil: number
  readonly #expiring = new Expiring<ExpiringEntry>()
  /** By node index. */
  #sinks: ReadonlyMap<number, RecordedSink> = new Map()
  /** Those that have written since the last commit. */
  readonly #written = new Set<number>()
  #worker: RecordedWorker | undefined

  constructor(found: Found, commits: Commits, { now, clock }: Pick<LedgerParts, 'now' | 'clock'>) {
    this.#commits = commits
    this.#now = now
    this.#clock = clock
    for (const { domain, node, position } of found.cursors) this.#cursors.move(domain, node, position)
    this.#taken = new Map(found.taken)
    this.#found = new Map([...found.work].map(([scope, work]) => [scope, [...work].sort(byPosition)]))
    for (const [scope, work] of found.work) for (const { entry } of work) this.#own(scope, entry)
    this.#foundUntil = now() + noDeadlineMs
    for (const [entry, until] of found.taken) this.#expiring.add({ until, entry }, now())
    for (const entry of found.over) commits.remove(entry)
    commits.contribute(() => this.#contribute())
  }

  /** @param checkpoints of the sinks that say where they stand, by node index */
  attach(worker: RecordedWorker, checkpoints: ReadonlyMap<number, SinkCheckpoint>): void {
    this.#worker = worker
    this.#sinks = new Map([...checkpoints].map(([node, checkpoint]) => [node, new RecordedSink(checkpoint)]))
  }

  cursor(domain: string | undefined, node: number): Position | undefined {
    return domain === undefined ? undefined : this.#cursors.get(domain, node)
  }

  hasHandled(node: number, root: Root, position: Position): boolean {
    const name = this.#working.visitorName(root)
    return name !== undefined && this.#taken.has(takenEntry(name, node, position))
  }

  handled(node: number, root: Root, position: Position): void {
    const domain = root.domain?.id
    this.#move(node, domain === undefined ? undefined : this.#cursors.move(domain, node, position), position)
    if (domain !== undefined) return
    const name = this.#working.visitorName(root)
    if (name === undefined) return // it ends with this process, and cannot come again
    const until = this.#untilOf(root)
    const entry = takenEntry(name, node, position)
    this.#taken.set(entry, until)
    this.#expiring.add({ until, entry }, this.#now())
    this.#commits.set(entry, String(until))
  }

  outlived(node: number, root: Root, position: Position): void {
    if (this.#sinks.has(node)) this.handled(node, root, position)
  }

  ended(node: number): void {
    this.#sinks.get(node)?.ended()
  }

  replay(subtree: Subtree, position: Position): void {
    const scope = this.#scopeOf(subtree.root)
    const found = scope === undefined ? undefined : this.#found.get(scope)
    if (scope === undefined || found === undefined) return
    const claimed: FoundWork[] = []
    const left: FoundWork[] = []
    let above: FoundWork | undefined
    for (const item of found) {
      if (!isWithin(item.position, position)) left.push(item)
      else if (above !== undefined && isWithin(item.position, above.position)) left.push(item)
      else {
        claimed.push(item)
        if (item.work.kind !== 'sent') above = item
      }
    }
    if (claimed.length === 0) return
    this.#found.set(scope, left)
    for (const { work, position: at } of claimed) this.#doAgain(work, subtree, at)
  }

  keepTask({ run, route, payload, position, subtree: { root } }: Task): Kept | undefined {
    const { emitter, type } = route
    if (this.#working.keepsOutput[emitter] !== true || this.#isHandled(run, root, position)) return undefined
    return this.#keep(root, position, () => ({
      kind: 'task',
      node: run.index,
      emitter,
      type,
      payload: keepPayload(payload),
    }))
  }

  keepList({ run, root, position, child, messages }: KeptList): Kept | undefined {
    return this.#keep(root, position, () => ({
      kind: 'list',
      node: run.index,
      ...(child === 0 ? {} : { child }),
      messages: messages.filter(isMessage).map(keepMessage),
    }))
  }

  /** A message is on its way to another slot. @returns undefined unless it came of something recorded here */
  keepSent(
    slot: SlotId,
    { from, edge }: { readonly from: number; readonly edge: number },
    message: SentMessage,
  ): Kept | undefined {
    if (this.#working.keepsOutput[from] !== true) return undefined
    const { payload, root, position } = message
    return this.#keep(root, position, () => ({ kind: 'sent', slot, edge, payload: keepPayload(payload) }))
  }

  done(kept: Kept, root: Root): void {
    const work = this.#kept.get(kept.entry)
    if (work !== kept || root.failure !== undefined || root.domain?.failsWithin(work.position) || --work.copies > 0)
      return
    this.#forgetKept(kept.entry)
    if (work.isStored) this.#forget(work.scope, kept.entry)
  }

  whenKept(call: () => void): void {
    this.#commits.leave(call)
  }

  /** Nothing of a domain is left anywhere. */
  domainEnded(domain: string): void {
    if (parseDomainId(domain)?.entry.kind === 'source') return
    this.#found.delete(domain)
    for (const cursor of this.#cursors.end(domain)) {
      this.#moved.delete(cursor)
      this.#commits.remove(cursor.entry)
    }
    for (const entry of this.#scopes.get(domain) ?? []) {
      this.#forgetKept(entry)
      this.#commits.remove(entry)
    }
    this.#scopes.delete(domain)
  }

  get #working(): RecordedWorker {
    if (this.#worker === undefined) throw new RangeError('the recorder has no worker yet')
    return this.#worker
  }

  /** Until when messages of a root may come again. */
  #untilOf(root: Root): number {
    return this.#now() + mayComeAgainMs(root, this.#clock())
  }

  /** Whether a message has come again to a recorded node that has handled it. */
  #isHandled({ journal, index }: NodeRun, root: Root, position: Position): boolean {
    if (journal === undefined) return false
    if (root.domain === undefined) return this.hasHandled(index, root, position)
    const cursor = this.cursor(root.domain.id, index)
    return cursor !== undefined && comparePositions(position, cursor) <= 0
  }

  #scopeOf(root: Root): string | undefined {
    return root.domain?.id ?? this.#working.visitorName(root)
  }

  /** A node has come further. A sink says itself where it stood then, and that is kept with its cursor. */
  #move(node: number, cursor: Cursor | undefined, position: Position): void {
    const sink = this.#sinks.get(node)
    if (sink !== undefined) {
      sink.wrote(cursor, position)
      this.#written.add(node)
    } else if (cursor !== undefined) this.#moved.add(cursor)
    else return
    this.#commits.flushSoon()
  }

  #keep(root: Root, position: Position, work: () => Work): KeptWork | undefined {
    const scope = this.#scopeOf(root)
    if (scope === undefined) return undefined
    const entry = workEntry(scope, position)
    let kept = this.#kept.get(entry)
    if (kept === undefined) {
      this.#takeFound(scope, entry)
      const isStored = this.#scopes.get(scope)?.has(entry) === true
      kept = { entry, scope, root, position, work, isStored, copies: 0 }
      this.#kept.set(entry, kept)
    }
    kept.work = work
    kept.copies++
    this.#fresh.add(kept)
    return kept
  }

  /** What an earlier process has kept at a position is made anew. */
  #takeFound(scope: string, entry: string): void {
    const found = this.#found.get(scope)
    const index = found?.findIndex((item) => item.entry === entry) ?? -1
    if (index >= 0) found?.splice(index, 1)
  }

  #contribute(): readonly Promise<readonly LedgerWrite[]>[] {
    for (const { entry, position } of this.#moved) this.#commits.set(entry, positionText(position))
    this.#moved.clear()
    for (const kept of this.#fresh) this.#store(kept)
    this.#fresh.clear()
    this.#expire()
    const written = [...this.#written]
    this.#written.clear()
    return written.flatMap((node) => this.#sinks.get(node)?.take((this.#working.run(node)?.active ?? 0) > 0) ?? [])
  }

  #store(kept: KeptWork): void {
    let text: string
    try {
      text = JSON.stringify(kept.work())
    } catch (thrown) {
      kept.root.fail(
        MillraceError.from(thrown, 'PAYLOAD_INVALID', 'a message cannot be kept, because JSON cannot carry it'),
      )
      return
    }
    kept.isStored = true
    this.#own(kept.scope, kept.entry)
    if (kept.root.domain === undefined)
      this.#expiring.add({ until: this.#untilOf(kept.root), entry: kept.entry }, this.#now())
    this.#commits.set(kept.entry, text)
  }

  #own(scope: string, entry: string): void {
    const entries = this.#scopes.get(scope)
    if (entries === undefined) this.#scopes.set(scope, new Set([entry]))
    else entries.add(entry)
  }

  #forget(scope: string, entry: string): void {
    const entries = this.#scopes.get(scope)
    entries?.delete(entry)
    if (entries?.size === 0) this.#scopes.delete(scope)
    this.#commits.remove(entry)
  }

  #forgetKept(entry: string): void {
    const kept = this.#kept.get(entry)
    if (kept !== undefined) this.#fresh.delete(kept)
    this.#kept.delete(entry)
  }

  /** What can come no more need not be known any longer. */
  #expire(): void {
    const now = this.#now()
    if (now > this.#foundUntil) this.#forgetFound()
    for (let over = this.#expiring.take(now); over !== undefined; over = this.#expiring.take(now)) {
      const { entry } = over
      const wasTaken = this.#taken.delete(entry)
      const kept = this.#kept.get(entry)
      if (kept !== undefined) {
        this.#forgetKept(entry)
        this.#forget(kept.scope, entry)
      } else if (wasTaken) this.#commits.remove(entry)
    }
  }

  #forgetFound(): void {
    for (const [scope, found] of this.#found) {
      if (parseDomainId(scope) !== undefined) continue
      this.#found.delete(scope)
      for (const { entry } of found) this.#forget(scope, entry)
    }
  }

  #doAgain(work: Work, subtree: Subtree, position: Position): void {
    const worker = this.#working
    if (work.kind === 'sent')
      return worker.peer(work.slot)?.send(work.edge, payloadOf(work.payload), subtree, { position, cause: undefined })
    const node = worker.run(work.node)
    if (node === undefined) return
    if (work.kind === 'task') {
      const route = worker.routeFrom(work.emitter, work.type)
      return worker.runner.wait(node, route, payloadOf(work.payload), subtree, position)
    }
    const { child = 0 } = work
    const messages = work.messages.flatMap((message) => this.#messageOf(message) ?? [])
    worker.runner.sendList(node, { messages, child }, subtree, position)
  }

  #messageOf({ type, to, payload }: KeptMessage): Message | undefined {
    return this.#working.messageType(type)?.of(payloadOf(payload), to === undefined ? {} : { to })
  }
}

/** A message on its way, as it is kept. */
export interface SentMessage {
  readonly payload: unknown
  readonly root: Root
  readonly position: Position
}

function keepMessage({ type, to, payload }: Message): KeptMessage {
  return { type: type.name, ...(to === undefined ? {} : { to }), payload: keepPayload(payload) }
}

function byPosition(first: FoundWork, second: FoundWork): number {
  return comparePositions(first.position, second.position)
}
