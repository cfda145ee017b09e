import { MillraceError, type Plan, type SlotId, suggestion, type WorkerSettings } from '@millrace/contracts'
import type { PlacedDefinition } from '../runtime/engine.js'

/** Why the workers of a group cannot be replaced while they work; undefined where they can. */
export function whyNotReloaded(
  { graph, groups, groupOf }: Plan,
  nodes: readonly PlacedDefinition[],
  name: string,
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
  return asking === undefined ? undefined : refused(name, asking.node.name)
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
export function whyWebNotReloaded(
  workers: readonly WorkerSettings[],
  web: SlotId | undefined,
): MillraceError | undefined {
  const serving = workers.find(({ slot }) => slot === web)
  if (serving === undefined) return undefined
  return new MillraceError(
    'CONFIG_INVALID',
    `group '${serving.group}' cannot be reloaded, because it serves clients, whose replies would find another process; stop the application and start it again`,
    { facts: { group: serving.group } },
  )
}
