import { MillraceError, type Plan, suggestion } from '@millrace/contracts'

/** Why the workers of a group cannot be replaced while they work; undefined where they can. */
export function whyNotReloaded({ graph, groups, groupOf }: Plan, name: string): MillraceError | undefined {
  const group = groups.findIndex((one) => one.name === name)
  if (group < 0) {
    const names = groups.map((one) => one.name)
    return new MillraceError('PLACEMENT_UNKNOWN_GROUP', `there is no group '${name}'; ${suggestion(name, names)}`)
  }
  const keeper = graph.nodes.find(
    ({ kind, state }, node) => groupOf[node] === group && (kind !== 'handler' || state.some((one) => !one.volatile)),
  )
  return keeper && stateful(name, keeper.name, keeper.kind)
}

function stateful(group: string, node: string, kind: string): MillraceError {
  const holds = kind === 'handler' ? 'state in memory' : `the place that the ${kind} has come to`
  return new MillraceError(
    'STATE_WOULD_BE_LOST',
    `group '${group}' cannot be reloaded, because its worker holds ${holds} (node '${node}'), and another would begin anew; stop the application and start it again`,
    { facts: { group, node } },
  )
}
