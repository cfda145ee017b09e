import type {
  EventEmitter,
  MillraceError,
  SlotId,
  Supervisor,
  SupervisorListener,
  WorkerSettings,
} from '@millrace/contracts'
import type { LinkPair } from '@millrace/placement'
import type { PayloadCheckOptions } from '../payload/payload-checks.js'
import type { Preflight } from '../preflight/preflight.js'
import type { OpenRun } from '../runs/open-run.js'
import type { Oversight } from '../telemetry/oversight.js'
import type { Share } from '../worker/share-runtime.js'
import type { SinkNote } from '../worker/sink-note.js'
import type { LinkKeys } from './link-keys.js'

/** Makes the supervisor of a runtime. */
export type MakeSupervisor = (listener: SupervisorListener, workers: readonly WorkerSettings[]) => Supervisor

/** What a supervised runtime is made of. */
export interface SupervisedParts {
  readonly preflight: Preflight
  /** Whether preflight allowed requests by `Runtime.request`. */
  readonly embedded: boolean
  readonly events: EventEmitter
  readonly checks: PayloadCheckOptions
  readonly workers: readonly WorkerSettings[]
  readonly pairs: readonly LinkPair[]
  readonly keys: LinkKeys
  /** Names this run, 32 hex digits. */
  readonly run: string
  readonly supervisor: MakeSupervisor
  /** This process's own share: its links and waiters; undefined where nothing can be requested. */
  readonly app: Share | undefined
  /** Hears what sinks would write, where sinks are recorded instead of opened. */
  readonly sinkWrote: ((note: SinkNote, payload: unknown) => void) | undefined
  /** The slot that serves the web; undefined for none. */
  readonly web: SlotId | undefined
  /** Whether an interrupted run is gone on with. */
  readonly resume: boolean
  /** Opens what is kept of the run; undefined where nothing outlives its processes. `lost` hears when it has been lost. */
  readonly openRun: ((lost: (error: MillraceError) => void, signal: AbortSignal) => Promise<OpenRun>) | undefined
  /** Telemetry, the port for metrics, the live page; undefined where nothing of it is configured. */
  readonly oversight: Oversight | undefined
}
