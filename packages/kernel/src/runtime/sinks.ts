import {
  type ErrorCode,
  type EventEmitter,
  isMillraceError,
  type Json,
  MillraceError,
  type SinkReport,
  type SinkWriter,
} from '@millrace/contracts'
import { within } from './deadline.js'

/** A sink to be opened, and its place in the graph. */
export interface SinkToOpen {
  readonly node: number
  readonly name: string
  readonly open: () => SinkWriter<unknown> | Promise<SinkWriter<unknown>>
}

/** What an open sink says of where it stands. */
export interface SinkCheckpoint {
  readonly name: string
  /**
   * Asks it. The answer belongs to how far the sink has come at the call, which must stand between two writes.
   *
   * @throws MillraceError SINK_FAILED
   */
  take(): Promise<Json>
}

/** The sinks of one runtime, open. */
export interface OpenSinks {
  /** By node index. */
  readonly writers: ReadonlyMap<number, SinkWriter<unknown>>
  /** Those that say where they stand, by node index. */
  readonly checkpoints: ReadonlyMap<number, SinkCheckpoint>
  /** All has been written: what each sink reports, by its name. @throws the first failure */
  complete(): Promise<Readonly<Record<string, SinkReport>>>
  /** Closes them in the reverse order, each whatever the others do; failures become events. */
  close(): Promise<void>
}

/** How long one sink may take, in milliseconds. */
export interface SinkTimes {
  readonly openMs: number
  readonly closeMs: number
}

/** As long as services may take. */
const usualTimes: SinkTimes = { openMs: 30_000, closeMs: 10_000 }

/**
 * Opens sinks one after the other, in graph order.
 *
 * @throws MillraceError BOOT_START_FAILED naming the sink, BOOT_NOT_READY where it takes too long; those that were open already
 * are closed again
 */
export async function openSinks(
  sinks: readonly SinkToOpen[],
  events: EventEmitter,
  times: SinkTimes = usualTimes,
): Promise<OpenSinks> {
  const writers = new Map<number, SinkWriter<unknown>>()
  const checkpoints = new Map<number, SinkCheckpoint>()
  const names = new Map<number, string>()
  const close = (name: string, writer: SinkWriter<unknown>) =>
    closeOne(name, writer, { events, closeMs: times.closeMs })
  const open: OpenSinks = {
    writers,
    checkpoints,
    complete: async () => {
      const reports: Record<string, SinkReport> = {}
      for (const [node, writer] of writers) {
        const name = names.get(node) ?? ''
        const report = await completeOne(name, writer)
        if (report !== undefined) reports[name] = report
      }
      return reports
    },
    close: async () => {
      for (const [node, writer] of [...writers].reverse()) await close(names.get(node) ?? '', writer)
    },
  }
  for (const sink of sinks) {
    names.set(sink.node, sink.name)
    try {
      const writer = await openOne(sink, times.openMs, (late) => close(sink.name, late))
      writers.set(sink.node, writer)
      if (writer.checkpoint !== undefined) checkpoints.set(sink.node, checkpointOf(sink.name, writer))
    } catch (thrown) {
      await open.close()
      throw couldNotOpen(sink.name, thrown)
    }
  }
  return open
}

/** @param tooLate is given a writer that comes when nobody waits for it any more */
async function openOne(
  { name, open }: SinkToOpen,
  openMs: number,
  tooLate: (writer: SinkWriter<unknown>) => Promise<void>,
): Promise<SinkWriter<unknown>> {
  const opening = Promise.resolve(open())
  if (await within(openMs, opening)) return await opening
  opening.then(tooLate, () => undefined)
  throw new MillraceError(
    'BOOT_NOT_READY',
    `sink '${name}' was not open within ${openMs} ms, so nothing has run; see what its open function waits for`,
    { facts: { node: name, phase: 'open', timeoutMs: openMs } },
  )
}

function checkpointOf(name: string, writer: SinkWriter<unknown>): SinkCheckpoint {
  return {
    name,
    async take() {
      try {
        return (await writer.checkpoint?.()) ?? null
      } catch (thrown) {
        throw MillraceError.from(thrown, 'SINK_FAILED', `sink '${name}' could not say where it stands`, { node: name })
      }
    },
  }
}

async function completeOne(name: string, writer: SinkWriter<unknown>): Promise<SinkReport | void> {
  try {
    const report = await writer.complete?.()
    // As from a worker: what JSON does not carry fails here, and not where the result is told.
    return report === undefined ? undefined : (JSON.parse(JSON.stringify(report)) as SinkReport) // a record stays one
  } catch (thrown) {
    throw MillraceError.from(thrown, 'SINK_FAILED', `sink '${name}' could not be completed`, { node: name })
  }
}

async function closeOne(
  name: string,
  writer: SinkWriter<unknown>,
  { events, closeMs }: { readonly events: EventEmitter; readonly closeMs: number },
): Promise<void> {
  const failed = (code: ErrorCode) => events.emit('service.close_failed', { service: name, code })
  try {
    if (!(await within(closeMs, Promise.resolve(writer.close?.())))) failed('BOOT_STOP_TIMEOUT')
  } catch (thrown) {
    failed(MillraceError.from(thrown, 'SINK_FAILED', `sink '${name}' threw while it was closed`, { node: name }).code)
  }
}

function couldNotOpen(name: string, thrown: unknown): MillraceError {
  if (isMillraceError(thrown) && thrown.code === 'BOOT_NOT_READY') return thrown
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  return new MillraceError('BOOT_START_FAILED', `sink '${name}' could not be opened, so nothing has run: ${why}`, {
    cause: thrown,
    facts: { node: name, phase: 'open' },
  })
}
