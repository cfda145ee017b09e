import type { EventEmitter, SinkWriter } from '@millrace/contracts'
import { createRuntime } from '@millrace/kernel'
import type { Io } from '../io.js'
import type { RunEnd } from '../run/run-end.js'
import { runUntilDone } from '../run/run-until-done.js'
import type { Apart } from './apart.js'
import { canonicalJson } from './canonical-json.js'
import { compareSink, type Difference } from './compare-sink.js'
import { createRecording, type Recording } from './recording.js'
import { createTallying, type Received, type SinkTally } from './sink-log.js'
import { applicationOf, type Variant } from './variant.js'

/** What is needed to run a variant. */
export interface VariantParts {
  readonly variant: Variant
  /** The configuration files of the application, without those of the variant. */
  readonly files: readonly string[]
  /** Keeps the run away from what the application itself keeps. */
  readonly apart: Apart
  /** Flags of Node for worker processes. */
  readonly workerFlags: readonly string[]
  readonly events: EventEmitter
  readonly io: Io
}

/** What became of one variant. */
export interface VariantRun {
  readonly variant: Variant
  readonly end: RunEnd
  readonly sinks: readonly SinkTally[]
  /** The first of the sink that comes first; undefined for the reference run and for one that gave the same. */
  readonly difference: Difference | undefined
}

/** The recordings of the reference run by sink, in the order in which the sinks were opened. */
export type Recordings = ReadonlyMap<string, Recording>

/** The reference run: what its sinks receive goes into recordings, which the caller closes. */
export async function runReference(parts: VariantParts, recordings: Map<string, Recording>): Promise<VariantRun> {
  const tallies = new Map<string, ReturnType<typeof createTallying>>()
  const end = await runWith(parts, (sink) => {
    const tallying = createTallying(sink)
    const recording = createRecording()
    tallies.set(sink, tallying)
    recordings.set(sink, recording)
    return (received) => {
      tallying.add(received)
      recording.add(received)
    }
  })
  return { variant: parts.variant, end, sinks: [...tallies.values()].map((one) => one.tally()), difference: undefined }
}

/** Another run: what its sinks receive is compared at once, and not kept. */
export async function runAgainst(parts: VariantParts, recordings: Recordings): Promise<VariantRun> {
  const replays = [...recordings].map(([sink, recording]) => [sink, compareSink(sink, recording.replay())] as const)
  const comparisons = new Map(replays)
  const end = await runWith(parts, (sink) => {
    const comparison = comparisons.get(sink) ?? compareSink(sink, () => undefined)
    comparisons.set(sink, comparison)
    return comparison.add
  })
  const ends = [...comparisons.values()].map((comparison) => comparison.end())
  const difference = ends.find((one) => one.difference !== undefined)?.difference
  return { variant: parts.variant, end, sinks: ends.map(({ tally }) => tally), difference }
}

type Take = (received: Received) => void

async function runWith(
  { variant, files, apart, workerFlags, events, io }: VariantParts,
  open: (sink: string) => Take,
): Promise<RunEnd> {
  const runtime = await createRuntime({
    ...applicationOf(variant, files, apart),
    checks: variant.checks,
    processes: variant.processes,
    web: false, // its address belongs to the application, which may run
    workerFlags,
    events,
    replaceSink: (sink) => capturing(open(sink)),
  })
  return runUntilDone(runtime, io)
}

function capturing(take: Take): SinkWriter<unknown> {
  return {
    write(payload, { traceId, type }) {
      take({ trace: traceId, json: canonicalJson({ type, payload }) })
    },
  }
}
