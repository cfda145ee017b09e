import type { MillraceConfig } from '@millrace/config-validator'
import { MillraceError, type Plan, suggestion } from '@millrace/contracts'

/**
 * Why the workers of a group cannot be replaced while they work; undefined where they can. Two processes cannot both record
 * what one slot has done.
 */
export function whyNotReloaded(
  { graph, groups, groupOf }: Plan,
  name: string,
  backend: MillraceConfig['runtime']['platform']['kv']['backend'],
): MillraceError | undefined {
  const group = groups.findIndex((one) => one.name === name)
  if (group < 0) {
    const names = groups.map((one) => one.name)
    return new MillraceError('PLACEMENT_UNKNOWN_GROUP', `there is no group '${name}'; ${suggestion(name, names)}`)
  }
  const keeper = graph.nodes.find(
    ({ kind, state, ordered }, node) =>
      groupOf[node] === group &&
      (kind !== 'handler' || state.some((one) => !one.volatile) || (backend === 'redis' && ordered)),
  )
  return keeper && stateful(name, keeper.name, keeper.kind)
}

function stateful(group: string, node: string, kind: string): MillraceError {
  const holds = kind === 'handler' ? 'the only view of its state' : `the place that the ${kind} has come to`
  return new MillraceError(
    'STATE_WOULD_BE_LOST',
    `group '${group}' cannot be reloaded, because its worker holds ${holds} (node '${node}'), and another would begin anew; stop the application and start it again`,
    { facts: { group, node } },
  )
}
