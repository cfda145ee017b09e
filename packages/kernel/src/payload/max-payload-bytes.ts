import type { MillraceConfig } from '@millrace/config-validator'

/** What `max_payload_bytes` is where the configuration has no `execution_ipc`. */
export const defaultMaxPayloadBytes = 1_048_576

/** The largest payload that a configuration allows, in bytes. */
export function maxPayloadBytes({ runtime }: MillraceConfig): number {
  return runtime.platform.execution_ipc?.max_payload_bytes ?? defaultMaxPayloadBytes
}
