/**
 * What is kept of a run as a whole, beside what its workers keep: that it has begun, by which plan, and what became of it.
 *
 * R1  One process at a time has it open, so that an application does not run twice at once.
 * R2  An application that sources feed begins anew with nothing, unless it is resumed; any other goes on with its state.
 */
import { type DurableStore, type EventEmitter, MillraceError, type SlotId } from '@millrace/contracts'
import type { RunResult } from '../runtime/runtime.js'

/** The slot of whoever runs the application, among those of its workers. */
export const runSlot: SlotId = '@run#1'

/** Where the runs of an application are kept. */
export interface KeptRuns {
  /** Opens the store of {@link runSlot}. @throws MillraceError FENCED while another process has it */
  open(): Promise<DurableStore>
  /** Removes everything that is kept of the application. @throws MillraceError FENCED while any of it is in use */
  forget(): Promise<void>
}

/** What a run is opened by. */
export interface RunToOpen {
  readonly kept: KeptRuns
  /** Whether sources feed the application, so that its run has an end. */
  readonly isFed: boolean
  /** Whether an interrupted run is gone on with. */
  readonly resume: boolean
  readonly planHash: string
  readonly events: EventEmitter
}

/** A run that this process has open. */
export interface OpenRun {
  /** What became of it, where it is resumed and had come to its end. */
  readonly result: RunResult | undefined
  /** It has come to its end. @throws MillraceError BACKEND_UNAVAILABLE, FENCED */
  complete(result: RunResult): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the run of an application, one that was interrupted or a new one.
 *
 * @throws MillraceError FENCED when it runs already, BACKEND_UNAVAILABLE, RESUME_MISMATCH when the plan has changed
 */
export async function openRun(run: RunToOpen): Promise<OpenRun> {
  const { kept, isFed, resume, planHash, events } = run
  if (!isFed) return opened(await kept.open(), { plan: planHash })
  const interrupted = resume ? await openInterrupted(run) : undefined
  if (interrupted !== undefined) return interrupted
  if (resume) events.emit('run.nothing_kept')
  await kept.forget()
  const store = await kept.open()
  await store.commit([], [{ entry: runEntry, text: JSON.stringify({ plan: planHash }) }])
  return opened(store, { plan: planHash })
}

const runEntry = 'run'

/** What the entry holds. */
interface RunEntry {
  /** Hash of the plan by which it began. */
  readonly plan: string
  readonly result?: RunResult
}

/** @returns undefined where nothing is kept */
async function openInterrupted({ kept, planHash, events }: RunToOpen): Promise<OpenRun | undefined> {
  const store = await kept.open()
  const text = store.found.get(runEntry)
  const entry = text === undefined ? undefined : (JSON.parse(text) as RunEntry) // as it is written in this file
  if (entry?.result !== undefined) events.emit('run.was_complete')
  else if (entry?.plan === planHash) events.emit('run.resumed')
  else {
    await store.close()
    if (entry !== undefined) throw otherPlan()
    return undefined
  }
  return opened(store, entry)
}

function opened(store: DurableStore, { plan, result }: RunEntry): OpenRun {
  return {
    result,
    complete: (become) => store.commit([], [{ entry: runEntry, text: JSON.stringify({ plan, result: become }) }]),
    close: () => store.close(),
  }
}

function otherPlan(): MillraceError {
  return new MillraceError(
    'RESUME_MISMATCH',
    'cannot resume, because the graph or its placement is another than that of the interrupted run; take its nodes, groups and numbers of workers, or start anew',
  )
}
