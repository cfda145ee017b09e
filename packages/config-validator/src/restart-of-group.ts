import type { Plan } from '@millrace/contracts'
import type { ProcessGroupConfig } from './config.js'

/**
 * When a worker of a group is replaced after it has died.
 *
 * Who reads a source or writes a sink is never replaced, whatever the configuration says: another would read from the
 * beginning and write over what is there.
 *
 * @param group its place in the plan
 */
export function restartOfGroup(
  { graph, groupOf }: Plan,
  group: number,
  configured: ProcessGroupConfig['restart']['policy'],
): ProcessGroupConfig['restart']['policy'] {
  return graph.nodes.some(({ kind }, node) => kind !== 'handler' && groupOf[node] === group) ? 'never' : configured
}
