import { MillraceError, type Plan, type SlotId, suggestion } from '@millrace/contracts'
import type { PlacedDefinition } from '../runtime/engine.js'

/**
 * Why the workers of a group cannot be replaced while they work; undefined where they can.
 *
 * @param web the slot that serves the web
 */
export function whyNotReloaded(
  { graph, groups, groupOf }: Plan,
  nodes: readonly PlacedDefinition[],
  name: string,
  web: SlotId | undefined,
): MillraceError | undefined {
  const group = groups.findIndex((one) => one.name === name)
  if (group < 0) {
    const names = groups.map((one) => one.name)
    return new MillraceError('PLACEMENT_UNKNOWN_GROUP', `there is no group '${name}'; ${suggestion(name, names)}`)
  }
  const here = graph.nodes.flatMap((node, index) =>
    groupOf[index] === group ? [{ node, definition: nodes[index] }] : [],
  )
  const keeper = here.find(({ node }) => node.kind !== 'handler' || node.state.some((state) => !state.volatile))
  if (keeper !== undefined) return stateful(name, keeper.node.name, keeper.node.kind)
  const asking = here.find(({ definition }) => definition?.kind === 'node' && definition.requests.length > 0)
  if (asking !== undefined) return refused(name, asking.node.name)
  return web !== undefined && groups[group]?.slots.includes(web) ? serving(name) : undefined
}

function stateful(group: string, node: string, kind: string): MillraceError {
  const holds = kind === 'handler' ? 'state in memory' : `the place that the ${kind} has come to`
  return new MillraceError(
    'STATE_WOULD_BE_LOST',
    `group '${group}' cannot be reloaded, because its worker holds ${holds} (node '${node}'), and another would begin anew; stop the application and start it again`,
    { facts: { group, node } },
  )
}

function refused(group: string, node: string): MillraceError {
  return new MillraceError(
    'CONFIG_INVALID',
    `group '${group}' cannot be reloaded, because node '${node}' sends requests of its own, whose replies would find another process; stop the application and start it again`,
    { facts: { group, node } },
  )
}

/** Requests of clients begin in the worker that serves them, and their replies would find another process. */
function serving(group: string): MillraceError {
  return new MillraceError(
    'CONFIG_INVALID',
    `group '${group}' cannot be reloaded, because it serves clients, whose replies would find another process; stop the application and start it again`,
    { facts: { group } },
  )
}
