import { defineMessage, type MessageType, type Plan } from '@millrace/contracts'
import { Type } from 'typebox'
import type { GraphPart } from '../src/graph/graph-parts.js'
import type { Ledger } from '../src/ledger/ledger.js'
import { MemoryDisk } from './memory-disk.js'
import type { Carrier } from './random-carrier.js'
import { type Chance, chanceOf, clockOf, type RandomCase } from './random-graph.js'
import { randomPlan } from './random-placement.js'
import { rememberingDefinitionOf, seenIn } from './remembering-node.js'
import { definitionOf, keyAt, Waits } from './run-random-graph.js'

/** What goes wrong on purpose, and what the code is made to do wrong. */
export interface MeshFaults {
  /** How many workers are killed and replaced, how many are replaced while they work, and how many links are cut, at most. */
  readonly crashes: number
  readonly moves: number
  readonly cuts: number
  /** How often a run is ended before its end, and another goes on with what it has left, at most; only where it is `durable`. */
  readonly interruptions?: number
  /** Whether what a failed message has left may come to rest before its run is stopped. */
  readonly rests?: boolean
  /**
   * What becomes of messages that handlers throw for, where they do: they are dropped, or become letters, which a file has at once and
   * Redis later. Where a run may be interrupted, that is done by a letter which cannot be kept, too.
   */
  readonly failures?: 'dropped' | 'in a file' | 'in Redis'
  /** Whether ordered nodes are partitioned. */
  readonly partitions?: boolean
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

/** A graph on its groups and slots, and what outlives all processes that work on it. */
export class RandomWorld {
  readonly case: RandomCase
  readonly faults: MeshFaults
  readonly waits: Waits
  readonly chance: Chance
  readonly clock: () => number
  readonly plan: Plan
  readonly types: readonly MessageType[]
  readonly nodes: readonly GraphPart[]
  /** By node: what it has seen, in the order in which it has. */
  readonly seen: readonly string[][]
  /** Nodes of which each key is in one slot alone. */
  readonly byKey: readonly boolean[]
  /** What became a dead letter: the node, and where its message stood. */
  readonly letters: string[] = []
  readonly disk: MemoryDisk
  readonly isDurable: boolean
  /** What has gone wrong so far. */
  readonly happened = { crashes: 0, moves: 0, cuts: 0, interruptions: 0 }

  constructor(testCase: RandomCase, seed: number, faults: MeshFaults) {
    this.case = testCase
    this.faults = faults
    this.isDurable = faults.durable === true
    this.waits = new Waits(chanceOf(seed * 31 + 7))
    this.chance = chanceOf(seed * 13 + 5)
    this.clock = clockOf(seed * 17 + 11)
    const plan = randomPlan(testCase, seed, faults.partitions)
    this.plan = faults.plan?.(plan) ?? plan
    this.seen = plan.graph.nodes.map(() => [])
    this.types = plan.graph.types.map((type) =>
      defineMessage(type.name, Type.Object({ at: Type.Array(Type.Integer()), key: Type.Integer() })),
    )
    this.disk = new MemoryDisk((happen) => this.waits.add(happen))
    this.byKey = plan.groupOf.map((group) => plan.groups[group]?.partitionBy !== undefined)
    const onError = faults.failures === 'dropped' ? 'drop' : 'dead_letter'
    this.nodes = plan.graph.nodes.map(({ ordered }, node) => {
      const definition =
        this.isDurable && ordered
          ? rememberingDefinitionOf(testCase, node, this.types, this.waits, (at) => (this.byKey[node] ? keyAt(at) : 0))
          : definitionOf(testCase, node, this.types, this.waits, this.seen[node] ?? [])
      return faults.failures === undefined || definition.kind !== 'node' ? definition : { ...definition, onError }
    })
  }

  /** Whether there may be one more fault of a kind. */
  mayHave(fault: keyof RandomWorld['happened']): boolean {
    return this.happened[fault] < (this.faults[fault] ?? 0)
  }

  /** What an ordered node has handled is what its state says. */
  lookIntoState(): void {
    this.plan.graph.nodes.forEach(({ ordered, kind, name }, node) => {
      if (ordered && kind === 'handler') this.seen[node]?.push(...seenIn(this.disk, name))
    })
  }
}
