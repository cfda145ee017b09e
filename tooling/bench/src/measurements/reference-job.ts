import type { Scenario } from '@millrace/reference/src/scenarios.ts'
import { alternate } from '../harness/alternate.js'
import type { BenchPart, BenchSettings, Figure, Section } from '../harness/bench.js'
import type { Measurement } from '../harness/child.js'
import { pairedRatio, type Spread, spreadOf } from '../harness/statistics.js'
import type { ReferenceMeasurement } from '../programs/reference-task.js'
import { inputFile } from './input-file.js'
import { createRunReference, type ReferenceSide, type RunReference } from './reference-run.js'

interface Sides {
  readonly graph: ReferenceMeasurement
  readonly loop: ReferenceMeasurement
}

/** The whole reference job in the graph against the same work as one straight loop. */
export const referenceJob: BenchPart = {
  name: 'reference',
  about: 'the reference job in the graph against one straight loop: speed (P11) and memory (P18)',
  async measure(settings) {
    const run = await createRunReference()
    const input = await inputFile(settings.lines)
    return [await measureBaseline(run, input, settings), await measureExperiment(run, input, settings)]
  },
}

async function measureBaseline(run: RunReference, input: string, settings: BenchSettings): Promise<Section> {
  const side = (name: ReferenceSide) => () => run({ side: name, scenario: 'baseline', input })
  const rounds = await alternate(
    { graph: side('graph'), loop: side('loop'), fused: side('fused') },
    { rounds: settings.rounds, heard: heard('baseline', settings) },
  )
  const peak: Figure = {
    what: 'most memory, graph / loop',
    unit: 'ratio',
    spread: pairedRatio(
      rounds,
      ({ graph }) => graph.peakBytes,
      ({ loop }) => loop.peakBytes,
    ),
    budget: { id: 'P18', better: 'less', required: 1.4, goal: 1.2 },
  }
  const fused: Figure = {
    what: 'graph / one function without messages',
    unit: 'ratio',
    spread: speedRatio(
      rounds,
      ({ graph }) => graph,
      (round) => round.fused,
    ),
  }
  return { title: titleOf('baseline', settings), figures: [...speedFigures(rounds), fused, peak], rounds }
}

async function measureExperiment(run: RunReference, input: string, settings: BenchSettings): Promise<Section> {
  const side = (name: ReferenceSide) => () => run({ side: name, scenario: 'experiment', input })
  const rounds = await alternate(
    { graph: side('graph'), loop: side('loop') },
    { rounds: settings.rounds, heard: heard('experiment', settings) },
  )
  return { title: titleOf('experiment', settings), figures: speedFigures(rounds), rounds }
}

function speedFigures(rounds: readonly Sides[]): readonly Figure[] {
  const graph = ({ graph }: Sides): Measurement => graph
  const loop = ({ loop }: Sides): Measurement => loop
  return [
    {
      what: 'lines/s, graph / loop',
      unit: 'ratio',
      spread: speedRatio(rounds, graph, loop),
      budget: { id: 'P11', better: 'more', required: 0.7, goal: 0.9 },
    },
    {
      what: 'the same by time on processors',
      unit: 'ratio',
      spread: pairedRatio(
        rounds,
        (round) => loop(round).cpuMs,
        (round) => graph(round).cpuMs,
      ),
    },
    { what: 'graph', unit: 'lines/s', spread: spreadOf(rounds.map(graph).map(linesPerSecond)) },
    { what: 'loop', unit: 'lines/s', spread: spreadOf(rounds.map(loop).map(linesPerSecond)) },
  ]
}

function speedRatio<Round>(
  rounds: readonly Round[],
  above: (round: Round) => Measurement,
  below: (round: Round) => Measurement,
): Spread {
  return pairedRatio(
    rounds,
    (round) => linesPerSecond(above(round)),
    (round) => linesPerSecond(below(round)),
  )
}

function linesPerSecond({ units, wallMs }: Measurement): number {
  return (units / wallMs) * 1000
}

function titleOf(scenario: Scenario, { lines }: BenchSettings): string {
  return `The reference job, ${scenario}, ${lines.toLocaleString('en-GB')} lines`
}

function heard(scenario: Scenario, { progress }: BenchSettings) {
  return (side: string, round: number): void => progress(`reference, ${scenario}, round ${round}: ${side}`)
}
