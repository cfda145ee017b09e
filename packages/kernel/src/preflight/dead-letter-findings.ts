import type { MillraceConfig } from '@millrace/config-validator'
import type { GraphPart } from '../graph/graph-parts.js'
import type { PreflightFinding } from './preflight-error.js'

/** Nodes that send what they cannot handle to the dead letters, where the configuration names no place for these. */
export function checkDeadLetters(
  { dead_letters }: MillraceConfig,
  nodes: readonly GraphPart[],
): readonly PreflightFinding[] {
  if (dead_letters.path !== undefined || dead_letters.backend === 'redis') return []
  return nodes
    .filter((node) => node.kind === 'node' && node.onError === 'dead_letter')
    .map(({ name }) => ({
      code: 'CONFIG_INVALID',
      path: 'dead_letters.path',
      message: `is required: node '${name}' sends what it cannot handle to the dead letters; name a file for them, or set dead_letters.backend: redis`,
    }))
}
