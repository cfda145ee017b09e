import type { SlotId, WorkerBundle } from '@millrace/contracts'
import { peersOf } from '@millrace/placement'
import type { WorkerMetadata } from '../worker/worker-metadata.js'
import type { SupervisedParts } from './supervised-parts.js'

/** Which process a bundle is for. */
export interface BundleFor {
  readonly slot: SlotId
  readonly incarnation: number
  /** Whether it is to take the place of a process that goes on until then. */
  readonly beside: boolean
  /** The listening socket of the web server, for the slot that serves it. */
  readonly socket: unknown
}

/** Everything that a worker process is told: what it rebuilds its share of the application from, and the keys of its links. */
export function workerBundle(parts: SupervisedParts, { slot, incarnation, beside, socket }: BundleFor): WorkerBundle {
  const { preflight, embedded, pairs, keys, run, checks, sinkWrote, web, resume } = parts
  const { config, baseDir, slices, plan } = preflight
  const group = plan.groups.findIndex(({ slots }) => slots.includes(slot))
  const metadata: WorkerMetadata = {
    config,
    baseDir,
    slices,
    group,
    checks,
    embedded,
    resume,
    peers: peersOf(pairs, slot),
    planHash: plan.hash,
    recordSinks: sinkWrote !== undefined,
    servesWeb: slot === web,
  }
  const bundle = {
    slot,
    group: plan.groups[group]?.name ?? '',
    incarnation,
    run,
    keys: keys.for(slot),
    metadata,
    beside,
  }
  return slot === web ? { ...bundle, socket } : bundle
}
