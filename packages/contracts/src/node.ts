import type { Static, TSchema } from 'typebox'
import {
  checkDefinitions,
  checkFunction,
  checkOptions,
  checkTexts,
  checkWord,
  type OptionNames,
} from './check-definitions.js'
import type { HandlerContext } from './context.js'
import { checkName, type Definition, definition } from './definition.js'
import type { Message, MessageOf, MessageType, PayloadOf } from './message.js'
import type { Injected, Injections } from './service.js'
import type { StateUses, StateUsesOf, StateView } from './state.js'

const runnerKinds = ['cpu', 'io'] as const
const failurePolicies = ['fail', 'drop', 'dead_letter'] as const

/** Where a node may best run: on a core of its own, or among others that wait. */
export type RunnerKind = (typeof runnerKinds)[number]

/** What becomes of a message whose handler throws. */
export type OnError = (typeof failurePolicies)[number]

/** The options of {@link NodeLabels}. */
export const labelOptions: OptionNames<NodeLabels> = { stage: true, tags: true, runner: true }

/** What is said of every node, source and sink: how selectors and tables find it. */
export interface NodeLabels {
  /** Stage of the graph, for selectors. */
  readonly stage?: string
  /** Free labels, for selectors. @default [] */
  readonly tags?: readonly string[]
  /** @default 'io' */
  readonly runner?: RunnerKind
}

/** One message type or several. */
export type Consumed = MessageType | readonly MessageType[]

/** What a handler may return synchronously: nothing, a message, several, or an iterable that makes them one by one. */
export type SyncEmission<M> = M | readonly M[] | Iterable<M> | null | undefined | void

/** What a handler may return: also a promise, or an async iterable, which streams. */
export type Emission<M> = SyncEmission<M> | AsyncIterable<M> | Promise<SyncEmission<M> | AsyncIterable<M>>

/** The message union of a list of types; of none, never. */
export type Emitted<Emits extends readonly MessageType[]> = MessageOf<Emits[number]>

/** What a handler gets as its second argument: the context with the injected services beside it. */
export type NodeContext<I extends Injections, Values, Config extends TSchema> = HandlerContext<
  Static<Config>,
  StateViews<Values>
> &
  Injected<I>

/** What a handler sees as `ctx.state`: a view of each state that its node declares. */
export type StateViews<Values> = { readonly [Name in keyof Values]: StateView<Values[Name]> }

/** How a node is written. */
export interface NodeOptions<
  Name extends string,
  Consumes extends Consumed,
  Emits extends readonly MessageType[],
  I extends Injections,
  Values extends Readonly<Record<string, unknown>>,
  Config extends TSchema,
> extends NodeLabels {
  /** Unique in the graph. */
  readonly name: Name
  readonly consumes: Consumes
  /** @default [] */
  readonly emits?: Emits
  /** Types that the handler sends by `ctx.request`, so that the graph knows that they enter there. @default [] */
  readonly requests?: readonly MessageType[]
  /** Services by the names that the handler uses. @default {} */
  readonly inject?: I
  /** What the node remembers; it makes the node ordered. @default {} */
  readonly state?: StateUsesOf<PayloadOf<Consumes>, Values>
  /** True where the node must see messages in source order, one at a time. @default true with state, else false */
  readonly ordered?: boolean
  /** How many messages an asynchronous handler works on at once; an ordered node works on one. @default 16 */
  readonly concurrency?: number
  /** What becomes of a message whose handler throws. @default 'fail' */
  readonly onError?: OnError
  /** Schema of the node's slice of the configuration, `nodes.<name>`. @default an empty object */
  readonly config?: Config
  /** The work. A plain function of payload and context; it must not change the payload. */
  readonly handle: (payload: PayloadOf<Consumes>, context: NodeContext<I, Values, Config>) => Emission<Emitted<Emits>>
}

/** A node as the graph sees it. */
export interface NodeDefinition<Handle = (payload: never, context: never) => unknown> extends Definition<'node'> {
  readonly stage: string | undefined
  readonly tags: readonly string[]
  readonly runner: RunnerKind
  readonly consumes: readonly MessageType[]
  readonly emits: readonly MessageType[]
  readonly requests: readonly MessageType[]
  readonly inject: Injections
  readonly state: StateUses
  readonly ordered: boolean
  readonly concurrency: number
  readonly onError: OnError
  readonly config: TSchema | undefined
  /** Call it with a payload and what it injects to test it. */
  readonly handle: Handle
}

/** The handler as a test calls it: injected services and state must be given, the rest of the context may be left out. */
export type TestableHandler<Payload, I extends Injections, Values, Config extends TSchema, Result> = (
  payload: Payload,
  ...context: Record<never, never> extends Injected<I> & GivenState<Values>
    ? [context?: Partial<HandlerContext<Static<Config>>>]
    : [context: Injected<I> & GivenState<Values> & Partial<Omit<HandlerContext<Static<Config>>, 'state'>>]
) => Result

type GivenState<Values> = keyof Values extends never ? unknown : { readonly state: StateViews<Values> }

type AnyNode = NodeOptions<string, Consumed, readonly MessageType[], Injections, Record<string, unknown>, TSchema>

const nodeOptions: OptionNames<AnyNode> = {
  ...labelOptions,
  name: true,
  consumes: true,
  emits: true,
  requests: true,
  inject: true,
  state: true,
  ordered: true,
  concurrency: true,
  onError: true,
  config: true,
  handle: true,
}

const reserved = [
  'config',
  'state',
  'signal',
  'deadline',
  'traceId',
  'type',
  'log',
  'request',
  'progress',
  'mark',
  'resume',
] as const

/**
 * Defines a node: a unit of work that consumes message types and emits others.
 *
 * @throws TypeError when the name is malformed, an injection hides a part of the context, a number makes no sense, or something
 * is no message type, token or function where one belongs
 */
export function defineNode<
  const Name extends string,
  const Consumes extends Consumed,
  const Emits extends readonly MessageType[] = readonly [],
  const I extends Injections = Record<never, never>,
  Values extends Readonly<Record<string, unknown>> = Record<never, never>,
  Config extends TSchema = TSchema,
>(
  options: NodeOptions<Name, Consumes, Emits, I, Values, Config>,
): NodeDefinition<TestableHandler<PayloadOf<Consumes>, I, Values, Config, Emission<Emitted<Emits>>>> {
  checkName('A node', options.name)
  const what = `Node '${options.name}'`
  checkOptions(what, options, nodeOptions)
  checkDefinitions(`${what} consumes`, 'message type', typeList(options.consumes))
  checkDefinitions(`${what} emits`, 'message type', options.emits ?? [])
  checkDefinitions(`${what} requests`, 'message type', options.requests ?? [])
  checkFunction(what, 'handle', options.handle)
  checkWord(what, 'onError', options.onError, failurePolicies)
  const state: StateUses = options.state ?? {}
  const inject = options.inject ?? {}
  checkInjections(options.name, inject)
  checkState(options.name, state)
  checkConcurrency(options.name, options.concurrency)
  return definition('node', {
    ...labels(what, options),
    name: options.name,
    consumes: typeList(options.consumes),
    emits: options.emits ?? [],
    requests: options.requests ?? [],
    inject,
    state,
    ordered: Object.keys(state).length > 0 || (options.ordered ?? false),
    concurrency: options.concurrency ?? 16,
    onError: options.onError ?? 'fail',
    config: options.config,
    handle: options.handle as TestableHandler<PayloadOf<Consumes>, I, Values, Config, Emission<Emitted<Emits>>>, // the runner always gives the whole context; tests may give less
  })
}

/**
 * Fills in the labels that were left out.
 *
 * @param what whose they are, such as `Node 'price'`
 * @throws TypeError
 */
export function labels(
  what: string,
  given: NodeLabels,
): { stage: string | undefined; tags: readonly string[]; runner: RunnerKind } {
  checkTexts(what, 'tags', given.tags)
  checkWord(what, 'runner', given.runner, runnerKinds)
  return { stage: given.stage, tags: given.tags ?? [], runner: given.runner ?? 'io' }
}

/** One consumed type or several, as a list. */
export function typeList(consumed: Consumed): readonly MessageType[] {
  return Array.isArray(consumed) ? consumed : [consumed as MessageType] // Array.isArray does not narrow readonly arrays away
}

/**
 * Refuses injections that would hide a part of the context, and what is no token.
 *
 * @throws TypeError
 */
export function checkInjections(name: string, inject: Injections): void {
  for (const key of Object.keys(inject))
    if (reserved.some((word) => word === key))
      throw new TypeError(`'${name}' injects something as '${key}', which the context already has; choose another name`)
  for (const [key, token] of Object.entries(inject)) checkDefinitions(`'${name}' injects as '${key}'`, 'token', [token])
}

function checkState(name: string, state: StateUses): void {
  for (const [key, { type, keys }] of Object.entries(state)) {
    const what = `State '${key}' of node '${name}'`
    checkDefinitions(`${what} has`, 'state type', [type])
    checkFunction(what, 'keys', keys)
  }
}

function checkConcurrency(name: string, concurrency: number | undefined): void {
  if (concurrency === undefined || (Number.isSafeInteger(concurrency) && concurrency > 0)) return
  throw new TypeError(`Node '${name}' has a concurrency of ${concurrency}; it must be a whole number of at least 1`)
}

/** Tells a message from whatever else a handler may have returned. */
export function isMessage(value: unknown): value is Message {
  return (
    typeof value === 'object' && value !== null && 'type' in value && 'payload' in value && isMessageType(value.type)
  )
}

function isMessageType(value: unknown): value is MessageType {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'message'
}
