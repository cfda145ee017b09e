import { type Graph, MillraceError, suggestion } from '@millrace/contracts'
import type { DeadLetter } from '../dead-letters/letter-line.js'

/** Where a dead letter goes, by indices of the graph. */
export interface RetryTarget {
  readonly node: number
  readonly type: number
}

/**
 * Finds the node that has given a message up.
 *
 * @throws MillraceError ROUTE_UNKNOWN_TARGET, ROUTE_TARGET_REFUSES_TYPE: the graph is another than it was
 */
export function retryTarget({ nodes, types }: Graph, { id, node: name, type: typeName }: DeadLetter): RetryTarget {
  const node = nodes.findIndex((one) => one.name === name && one.kind === 'handler')
  const facts = { target: name, type: typeName }
  if (node < 0) {
    const names = nodes.filter(({ kind }) => kind === 'handler').map((one) => one.name)
    const detail = `dead letter ${id} is of node '${name}', which the running application does not have; ${suggestion(name, names)}`
    throw new MillraceError('ROUTE_UNKNOWN_TARGET', detail, { facts })
  }
  const type = types.findIndex((one) => one.name === typeName)
  if (nodes[node]?.consumes.includes(type)) return { node, type }
  const detail = `dead letter ${id} is a message of type '${typeName}', which node '${name}' does not consume any more`
  throw new MillraceError('ROUTE_TARGET_REFUSES_TYPE', detail, { facts })
}
