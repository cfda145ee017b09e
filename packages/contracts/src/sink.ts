import type { Static, TSchema } from 'typebox'
import { checkDefinitions, checkFunction, checkOptions, type OptionNames } from './check-definitions.js'
import type { HandlerContext, Logger } from './context.js'
import { checkName, type Definition, definition } from './definition.js'
import type { Json } from './json.js'
import type { MessageType, PayloadOf } from './message.js'
import {
  type Consumed,
  checkInjections,
  labelOptions,
  labels,
  type NodeLabels,
  type RunnerKind,
  typeList,
} from './node.js'
import type { Injected, Injections } from './service.js'

/** What a sink gets when it is opened, before any source reads. */
export interface SinkContext<Config = unknown> {
  /** The sink's slice of the configuration, `adapters.<name>`. */
  readonly config: Config
  /** Aborts when the run is over for another reason than its own end. */
  readonly signal: AbortSignal
  readonly log: Logger
  /**
   * The checkpoint that was kept last, where an interrupted run is resumed or a killed worker replaced: what was written after it
   * is to be undone, because it comes again. Undefined where nothing was kept.
   */
  readonly resume: Json | undefined
}

/** What a sink has to say at the end of a run, plain JSON; it is part of the run's result under the sink's name. */
export type SinkReport = Readonly<Record<string, unknown>>

/** An open sink. */
export interface SinkWriter<Payload> {
  /**
   * Takes one message, in source order. A promise holds the next one back: that is the back-pressure.
   *
   * @param context the message's type, trace id and signal; void when the call has ended
   */
  write(payload: Payload, context: HandlerContext): void | Promise<void>
  /**
   * Hands everything that was written before this call to the operating system, or to whatever else outlives the process, and says
   * where that ends, such as a size in bytes. Never called while a write is under way; messages that are written while its promise
   * is open do not belong to it. It is kept together with how far the sink has come. Without it a message counts as kept once its
   * `write` has ended, and the last ones before a process died may come again.
   */
  checkpoint?(): Json | Promise<Json>
  /** All has been written: flush, rename, report. Called once, only when the run succeeded. */
  complete?(): SinkReport | void | Promise<SinkReport | void>
  /** Gives back what it holds. Called once, after `complete` or after a failure; waited for up to 10 s. */
  close?(): void | Promise<void>
}

/** How a sink is written. */
export interface SinkOptions<
  Name extends string,
  Consumes extends Consumed,
  I extends Injections,
  Config extends TSchema,
> extends NodeLabels {
  /** Unique in the graph; `adapters.<name>` activates it. */
  readonly name: Name
  readonly consumes: Consumes
  readonly inject?: I
  /** Schema of `adapters.<name>`. @default an empty object */
  readonly config?: Config
  /** Opens it: files, connections, buffers live in what it returns. May take 30 s. */
  readonly open: (
    context: SinkContext<Static<Config>> & Injected<I>,
  ) => SinkWriter<PayloadOf<Consumes>> | Promise<SinkWriter<PayloadOf<Consumes>>>
}

/** A sink as the graph sees it. It is ordered: it sees source order, one message at a time. */
export interface SinkDefinition<Open = (context: never) => SinkWriter<never> | Promise<SinkWriter<never>>>
  extends Definition<'sink'> {
  readonly stage: string | undefined
  readonly tags: readonly string[]
  readonly runner: RunnerKind
  readonly consumes: readonly MessageType[]
  readonly inject: Injections
  readonly config: TSchema | undefined
  readonly open: Open
}

const sinkOptions: OptionNames<SinkOptions<string, Consumed, Injections, TSchema>> = {
  ...labelOptions,
  name: true,
  consumes: true,
  inject: true,
  config: true,
  open: true,
}

/**
 * Defines a sink: a node at the edge that consumes without emitting. It runs only where `adapters.<name>` configures it.
 *
 * @throws TypeError when the name is malformed or an injection hides a part of the context
 */
export function defineSink<
  const Name extends string,
  const Consumes extends Consumed,
  const I extends Injections = Record<never, never>,
  Config extends TSchema = TSchema,
>(options: SinkOptions<Name, Consumes, I, Config>): SinkDefinition<SinkOptions<Name, Consumes, I, Config>['open']> {
  checkName('A sink', options.name)
  checkOptions(`Sink '${options.name}'`, options, sinkOptions)
  checkDefinitions(`Sink '${options.name}' consumes`, 'message type', typeList(options.consumes))
  checkFunction(`Sink '${options.name}'`, 'open', options.open)
  checkInjections(options.name, options.inject ?? {})
  return definition('sink', {
    ...labels(`Sink '${options.name}'`, options),
    name: options.name,
    consumes: typeList(options.consumes),
    inject: options.inject ?? {},
    config: options.config,
    open: options.open,
  })
}
