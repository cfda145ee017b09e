import type { MillraceConfig } from '@millrace/config-validator'
import type { MessageType } from '@millrace/contracts'
import { maxPayloadBytes } from '../payload/max-payload-bytes.js'
import type { PreflightFinding } from './preflight-error.js'

/** Streams whose long lines are to be cut, where a cut line would be no message: it is no JSON, or is itself too large. */
export function longLineFindings(config: MillraceConfig, types: readonly MessageType[]): readonly PreflightFinding[] {
  const isBytes = new Map(types.map(({ name, encoding }) => [name, encoding === 'bytes']))
  const maxBytes = maxPayloadBytes(config)
  return config.runtime.web.interfaces.flatMap((face, index): readonly PreflightFinding[] => {
    if (face.kind !== 'http_stream' || face.long_lines !== 'cut') return []
    const { request, policies } = face
    const finding = (key: string, message: string) => ({
      code: 'CONFIG_INVALID' as const,
      path: `runtime.web.interfaces[${index}].${key}`,
      message,
    })
    if (isBytes.get(request) === false)
      return [finding('long_lines', `must be refuse: '${request}' is no byte type, and JSON that is cut is none`)]
    if (policies.request_size_bytes < maxBytes) return []
    const message = `must be below max_payload_bytes (${maxBytes}), since a line that is cut has one byte more`
    return [finding('policies.request_size_bytes', message)]
  })
}
