import { MillraceError, type SlotId } from '@millrace/contracts'
import type { PayloadCheckOptions } from '../payload/payload-checks.js'
import type { RebuildInput } from '../preflight/preflight.js'

/** What a worker rebuilds its share of an application from; plain JSON. */
export interface WorkerMetadata extends RebuildInput {
  /** Index of its group in the plan. */
  readonly group: number
  /** The slots that it shares a link with. */
  readonly peers: readonly SlotId[]
  /** Its plan must have this hash. */
  readonly planHash: string
  readonly checks: PayloadCheckOptions
  /** Whether sinks are not opened and what they would get is told to the supervising process instead. */
  readonly recordSinks: boolean
  /** Whether the web server runs here. */
  readonly servesWeb: boolean
  /** Whether what earlier runs have kept is gone on with. */
  readonly resume: boolean
}

/** Takes what came over the channel for what it must be. @throws MillraceError BOOT_BUNDLE_INVALID */
export function workerMetadata(told: unknown): WorkerMetadata {
  const metadata = told as Partial<Record<keyof WorkerMetadata, unknown>> | null // looked at field by field
  const sound =
    typeof metadata === 'object' &&
    metadata !== null &&
    typeof metadata.config === 'object' &&
    typeof metadata.baseDir === 'string' &&
    typeof metadata.slices === 'object' &&
    typeof metadata.group === 'number' &&
    typeof metadata.planHash === 'string' &&
    typeof metadata.checks === 'object' &&
    Array.isArray(metadata.peers)
  if (sound) return metadata as WorkerMetadata // every field has been looked at; what is in them was checked by the sender
  throw new MillraceError(
    'BOOT_BUNDLE_INVALID',
    'the bundle of a worker has no usable metadata; supervisor and worker must run the same version of Millrace',
  )
}
