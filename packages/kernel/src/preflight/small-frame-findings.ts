import type { MillraceConfig } from '@millrace/config-validator'
import type { PreflightFinding } from './preflight-error.js'

/** As much as a handshake may take. */
const leastBytes = 1024

/** Frames that have no room for what workers say to each other: none would ever be ready. */
export function smallFrameFindings({ runtime }: MillraceConfig): readonly PreflightFinding[] {
  const bytes = runtime.platform.execution_ipc?.max_payload_bytes ?? leastBytes
  if (bytes >= leastBytes) return []
  return [
    {
      code: 'CONFIG_INVALID',
      path: 'runtime.platform.execution_ipc.max_payload_bytes',
      message: `must be at least ${leastBytes}, since what workers say to each other takes as much (got ${bytes})`,
    },
  ]
}
