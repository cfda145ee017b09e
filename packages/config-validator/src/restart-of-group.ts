import type { Plan } from '@millrace/contracts'
import type { MillraceConfig, ProcessGroupConfig } from './config.js'

/**
 * When a worker of a group is replaced after it has died.
 *
 * Who reads a source is never replaced, whatever the configuration says, and who writes a sink only where it is kept how far the
 * sink has come: another would read from the beginning and write over what is there.
 *
 * @param group its place in the plan
 * @param backend what keeps state
 */
export function restartOfGroup(
  { graph, groupOf }: Plan,
  group: number,
  configured: ProcessGroupConfig['restart']['policy'],
  backend: MillraceConfig['runtime']['platform']['kv']['backend'],
): ProcessGroupConfig['restart']['policy'] {
  const irreplaceable = backend === 'redis' ? ['source'] : ['source', 'sink']
  return graph.nodes.some(({ kind }, node) => irreplaceable.includes(kind) && groupOf[node] === group)
    ? 'never'
    : configured
}
