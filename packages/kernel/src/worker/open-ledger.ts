import { type EventEmitter, MillraceError } from '@millrace/contracts'
import { Ledger } from '../ledger/ledger.js'
import type { Place } from '../mesh/place.js'
import type { Preflight } from '../preflight/preflight.js'
import { runSlot } from '../runs/open-run.js'

/** Whose ledger is opened, and for whom. */
export interface LedgerFor {
  readonly place: Place
  /** Names the run. */
  readonly run: string
  /** Whether the run goes on where the one before it has ended. */
  readonly resumes: boolean
  readonly events: EventEmitter
}

/**
 * Opens the ledger of a worker whose state outlives it; undefined where it has none.
 *
 * @throws MillraceError PACKAGE_MISSING, CONFIG_INVALID, BACKEND_UNAVAILABLE, FENCED
 */
export async function openLedger(
  preflight: Preflight,
  { place, run, resumes, events }: LedgerFor,
): Promise<Ledger | undefined> {
  const { platform } = preflight.config.runtime
  if (platform.kv.backend !== 'redis' || !isRecorded(preflight, place)) return undefined
  const { createRedisStore, redisSettings } = await import('@millrace/transport-redis')
  const store = await createRedisStore({
    settings: redisSettings(platform.redis, process.env, events.redactor),
    slot: place.slot,
    run,
    incarnation: place.incarnation,
    under: runSlot,
    events,
    lost: endProcess,
  })
  return new Ledger({ store, run, resumes, now: Date.now, clock: () => performance.now(), failed: endProcess })
}

/** Whether something of a worker's part of the graph has to outlive it: an ordered node, a sink, or how far a source has come. */
function isRecorded({ nodes, plan }: Preflight, { group }: Place): boolean {
  return plan.graph.nodes.some(
    ({ ordered }, node) => plan.groupOf[node] === group && (ordered || nodes[node]?.kind === 'source'),
  )
}

/** Nothing can be kept any more: what is in this process's memory is worth nothing, and whoever takes its place goes on. */
function endProcess(error: MillraceError): void {
  setImmediate(() => {
    throw new MillraceError(error.code, `this worker ends: ${error.message}`, { cause: error })
  })
}
