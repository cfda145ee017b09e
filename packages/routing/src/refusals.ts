import { type ErrorCode, type Facts, type Graph, MillraceError, suggestion } from '@millrace/contracts'

/** Why a message goes nowhere; remembered in this form, so that each error has a stack of its own. */
export interface Refusal {
  readonly code: Extract<ErrorCode, `ROUTE_${string}`>
  readonly detail: string
  readonly facts: Facts
}

/** One look-up: who emits, what, and to whom. */
export interface Question {
  /** Index of the emitting node; -1 from outside. */
  readonly emitter: number
  /** Index of the message type. */
  readonly type: number
  /** Name of the one node that shall get it. */
  readonly target: string | undefined
}

/** The refusal as an error. */
export function refusalError({ code, detail, facts }: Refusal): MillraceError {
  return new MillraceError(code, detail, { facts })
}

/** No node carries the name of the target. */
export function unknownTarget(graph: Graph, { emitter, type }: Question, target: string): Refusal {
  const names = graph.nodes.map(({ name }) => name)
  const detail = `${sender(graph, emitter)} sends a '${typeName(graph, type)}' to '${target}', which is no node; ${suggestion(target, names)}`
  return { code: 'ROUTE_UNKNOWN_TARGET', detail, facts: factsOf(graph, emitter, type, target) }
}

/** The target exists and does not consume the type. */
export function refusedByTarget(
  graph: Graph,
  { emitter, type }: Question,
  target: number,
  consumers: readonly number[],
): Refusal {
  const { name = '', consumes = [] } = graph.nodes[target] ?? {}
  const wants = listed(consumes.map((wanted) => typeName(graph, wanted)))
  const takers = listed(consumers.map((taker) => nodeName(graph, taker)))
  const detail =
    `${sender(graph, emitter)} sends a '${typeName(graph, type)}' to '${name}', which does not consume it; ` +
    `'${name}' consumes ${wants}, and the type is consumed by ${takers}`
  return { code: 'ROUTE_TARGET_REFUSES_TYPE', detail, facts: factsOf(graph, emitter, type, name) }
}

/** The target is the emitter itself. */
export function ownTarget(graph: Graph, { emitter, type }: Question): Refusal {
  const name = nodeName(graph, emitter)
  const detail = `node '${name}' sends a '${typeName(graph, type)}' to itself; name another target, or do the work where it is`
  return { code: 'ROUTE_SELF_LOOP', detail, facts: factsOf(graph, emitter, type, name) }
}

/** Only the emitter consumes the type. */
export function onlyItself(graph: Graph, { emitter, type }: Question): Refusal {
  const name = nodeName(graph, emitter)
  const detail = `the only consumer of '${typeName(graph, type)}' is '${name}', which emits it; let another node consume it`
  return { code: 'ROUTE_SELF_LOOP', detail, facts: factsOf(graph, emitter, type) }
}

/** Nothing consumes the type. */
export function noConsumer(graph: Graph, { emitter, type }: Question): Refusal {
  const detail = `${sender(graph, emitter)} sends a '${typeName(graph, type)}', which nothing consumes; add a node that does, or define the type with { reply: true }`
  return { code: 'ROUTE_NO_CONSUMER', detail, facts: factsOf(graph, emitter, type) }
}

function factsOf(graph: Graph, emitter: number, type: number, target?: string): Facts {
  return {
    type: typeName(graph, type),
    ...(emitter < 0 ? {} : { node: nodeName(graph, emitter) }),
    ...(target === undefined ? {} : { target }),
  }
}

function sender(graph: Graph, emitter: number): string {
  return emitter < 0 ? 'someone outside the graph' : `node '${nodeName(graph, emitter)}'`
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => `'${name}'`).join(', ')
}

function nodeName({ nodes }: Graph, node: number): string {
  return nodes[node]?.name ?? ''
}

function typeName({ types }: Graph, type: number): string {
  return types[type]?.name ?? ''
}
