import { alternate, type Round } from '../harness/alternate.js'
import type { BenchPart, Figure, Section } from '../harness/bench.js'
import { type Measurement, measureInChild } from '../harness/child.js'
import { compile } from '../harness/compile.js'
import { pairedRatio, spreadOf } from '../harness/statistics.js'
import type { ChainTask } from '../programs/chain.js'

const lengths = { two: 2, eight: 8, fifty: 50, twoHundred: 200 } as const
type Length = keyof typeof lengths

/** Each chain runs so many hops: a million messages through eight nodes. */
const hops = 8_000_000
const warmUpShare = 0.25

type ChainMeasurement = Measurement & { readonly sum: number }
interface Sides {
  readonly graph: ChainMeasurement
  readonly loop: ChainMeasurement
}
type ChainRound = Round<Record<Length, () => Promise<Sides>>>

/** Chains of synchronous nodes against the same functions called one below the other. */
export const chains: BenchPart = {
  name: 'chain',
  about: 'a hop in the runner (P12), and chains of 2 to 200 nodes (P17)',
  async measure({ rounds, progress }) {
    const program = await compile('chain')
    const both = (length: Length) => () => measureBoth(program, lengths[length])
    const measured = await alternate(
      { two: both('two'), eight: both('eight'), fifty: both('fifty'), twoHundred: both('twoHundred') },
      { rounds, heard: (length, round) => progress(`chain, round ${round}: ${length} nodes`) },
    )
    return [hopSection(measured), growthSection(measured)]
  },
}

async function measureBoth(program: string, nodes: number): Promise<Sides> {
  const messages = hops / nodes
  const run = (side: ChainTask['side']): Promise<ChainMeasurement> =>
    measureInChild(program, { side, nodes, messages, warmUp: messages * warmUpShare } satisfies ChainTask)
  const [graph, loop] = [await run('graph'), await run('loop')]
  if (graph.sum !== loop.sum) throw new Error(`a chain of ${nodes} came to ${graph.sum}, the loop to ${loop.sum}`)
  return { graph, loop }
}

function hopSection(rounds: readonly ChainRound[]): Section {
  const figure = (what: string, ns: (sides: Sides) => number): Figure => ({
    what,
    unit: 'ns',
    spread: spreadOf(rounds.map(({ eight }) => ns(eight))),
  })
  const added = figure('a hop: (graph − loop) / hops', ({ graph, loop }) => wallNs(graph) - wallNs(loop))
  return {
    title: 'A hop: 1,000,000 messages through a chain of 8 synchronous nodes',
    figures: [
      { ...added, budget: { id: 'P12', better: 'less', required: 80, goal: 40 } },
      figure('the same, time on a processor', ({ graph, loop }) => cpuNs(graph) - cpuNs(loop)),
      figure('graph / hops', ({ graph }) => wallNs(graph)),
      figure('loop / hops', ({ loop }) => wallNs(loop)),
    ],
    rounds,
  }
}

function growthSection(rounds: readonly ChainRound[]): Section {
  const grown = (length: Length): Figure => ({
    what: `time on a processor per hop, ${lengths[length]} nodes / 2 nodes`,
    unit: 'ratio',
    spread: pairedRatio(
      rounds,
      (round) => cpuNs(round[length].graph),
      ({ two }) => cpuNs(two.graph),
    ),
    budget: { id: 'P17', better: 'less', required: 1.5, goal: 1.2 },
  })
  const perHop = (length: Length): Figure => ({
    what: `the same in ns, ${lengths[length]} nodes`,
    unit: 'ns',
    spread: spreadOf(rounds.map((round) => cpuNs(round[length].graph))),
  })
  const longer = ['eight', 'fifty', 'twoHundred'] as const
  return {
    title: 'Growth with the length of the chain',
    figures: [...longer.map(grown), perHop('two'), ...longer.map(perHop)],
    rounds: [],
  }
}

function wallNs({ wallMs }: Measurement): number {
  return (wallMs * 1e6) / hops
}

function cpuNs({ cpuMs }: Measurement): number {
  return (cpuMs * 1e6) / hops
}
