import { type ConfigPath, type Finding, nearestName } from '@millrace/contracts'
import { describePart, type GraphPart, type InactivePart } from './graph-parts.js'
import { flows, type Traffic } from './traffic.js'

/** What enters the graph from outside and what leaves it there, by type name. */
export interface Borders {
  /** Types that an interface requests, or that an embedding program may. */
  readonly entries: ReadonlySet<string>
  /** Types that an interface takes as its replies. */
  readonly replies: ReadonlySet<string>
}

/** What is wrong with types that are taken and never made, or made and never taken. */
export function deadEnds(traffic: readonly Traffic[], borders: Borders): readonly Finding[] {
  return [...traffic.flatMap((one) => noProvider(one, borders)), ...traffic.flatMap((one) => noConsumer(one, borders))]
}

/** The types that interfaces request and reply with, and where each is named; undefined where no configuration does. */
export interface NamedBorders {
  readonly entries: ReadonlyMap<string, ConfigPath | undefined>
  readonly replies: ReadonlyMap<string, ConfigPath | undefined>
}

/** What is wrong with requests and replies of interfaces that the graph cannot serve. */
export function unservedBorders(traffic: readonly Traffic[], { entries, replies }: NamedBorders): readonly Finding[] {
  const consumed = traffic.filter(({ consumers }) => consumers.length > 0).map(({ type }) => type)
  const emitted = traffic.filter(({ emitters }) => emitters.length > 0)
  const known = new Set(emitted.map(({ type }) => type))
  const answers = emitted.filter(({ reply }) => reply).map(({ type }) => type)
  const unconsumed = [...entries].filter(([type]) => !consumed.includes(type))
  const unemitted = [...replies].filter(([type]) => !known.has(type))
  return [
    ...unconsumed.map(([type, path]) => ({
      ...noConsumerFinding(
        `an interface requests '${type}', which no active node consumes; ${meant(type, consumed) ?? addConsumer}`,
      ),
      ...placed(path),
    })),
    ...unemitted.map(([type, path]) => ({
      ...noProviderFinding(
        `an interface replies with '${type}', which no active node emits; ${meant(type, answers) ?? 'add a node that emits it'}`,
      ),
      ...placed(path),
    })),
  ]
}

/** Interfaces that answer with a type that is no reply: its undeclared fields would leave the application. */
export function noReplies(traffic: readonly Traffic[], { replies }: NamedBorders): readonly Finding[] {
  return traffic
    .filter(({ type, reply }) => replies.has(type) && !reply)
    .map(({ type }) => ({
      code: 'CONFIG_INVALID',
      message: `an interface replies with '${type}', which is no reply type; define it with { reply: true }`,
      ...placed(replies.get(type)),
    }))
}

function placed(path: ConfigPath | undefined): Pick<Finding, 'path'> {
  return path === undefined ? {} : { path }
}

function meant(type: string, known: readonly string[]): string | undefined {
  const near = nearestName(type, known)
  return near === undefined ? undefined : `did you mean '${near}'?`
}

const addConsumer = 'add a node or a sink that consumes it'

function noProvider(traffic: Traffic, { entries }: Borders): readonly Finding[] {
  const { type, consumers, waitingEmitters } = traffic
  if (consumers.length === 0 || entries.has(type) || flows(traffic)) return []
  const who = `${listed(consumers)} ${consumers.length === 1 ? 'consumes' : 'consume'} '${type}'`
  const remedy =
    waitingEmitters.length === 0
      ? '; add a source or a node that emits it, or an interface that requests it'
      : `: ${waitingEmitters.map((part) => notConfigured(part, 'emits')).join(', ')}`
  return [noProviderFinding(`${who}, which nothing ${traffic.emitters.length > 0 ? 'else' : 'active'} emits${remedy}`)]
}

function noConsumer(traffic: Traffic, { replies }: Borders): readonly Finding[] {
  const { type, reply, emitters, consumers, waitingConsumers } = traffic
  if (emitters.length === 0 || reply || replies.has(type)) return []
  if (consumers.length > 0)
    return emitters.filter((emitter) => isOnly(emitter, consumers)).map((emitter) => selfLoop(emitter, type))
  const who = `${listed(emitters)} ${emitters.length === 1 ? 'emits' : 'emit'} '${type}'`
  const remedy =
    waitingConsumers.length === 0
      ? `; ${addConsumer}, or define it with { reply: true } if it answers a request`
      : `: ${waitingConsumers.map((part) => notConfigured(part, 'consumes')).join(', ')}`
  return [noConsumerFinding(`${who}, which nothing active consumes${remedy}`)]
}

function isOnly(emitter: GraphPart, consumers: readonly GraphPart[]): boolean {
  return consumers.every((consumer) => consumer === emitter)
}

function selfLoop(emitter: GraphPart, type: string): Finding {
  return {
    code: 'ROUTE_SELF_LOOP',
    message: `${describePart(emitter)} emits '${type}' and is the only one that consumes it, but no node gets its own messages; add another consumer, or take the type out of its emits`,
  }
}

function notConfigured(part: InactivePart, does: 'emits' | 'consumes'): string {
  return `${describePart(part)} ${does} it but adapters.${part.name} does not configure it`
}

function noProviderFinding(message: string): Finding {
  return { code: 'GRAPH_NO_PROVIDER', message }
}

function noConsumerFinding(message: string): Finding {
  return { code: 'GRAPH_NO_CONSUMER', message }
}

function listed(parts: readonly GraphPart[]): string {
  return parts.map(describePart).join(' and ')
}
