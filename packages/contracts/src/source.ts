import type { Static, TSchema } from 'typebox'
import { checkDefinitions, checkFunction, checkOptions, type OptionNames } from './check-definitions.js'
import type { Logger } from './context.js'
import { checkName, type Definition, definition } from './definition.js'
import type { Json } from './json.js'
import type { MessageType } from './message.js'
import { checkInjections, type Emitted, labelOptions, labels, type NodeLabels, type RunnerKind } from './node.js'
import type { Injected, Injections } from './service.js'

/** How far a source has come, for progress bars; `total` is left out where it is not known. */
export interface Progress {
  readonly done: number
  readonly total?: number
  readonly unit: string
}

/** What a source gets. */
export interface SourceContext<Config = unknown> {
  /** The source's slice of the configuration, `adapters.<name>`. */
  readonly config: Config
  /** Aborts when the run is over for another reason than the source's own end. */
  readonly signal: AbortSignal
  readonly log: Logger
  /** Tells whoever watches how far the source has come; cheap enough to call once per chunk. */
  progress(progress: Progress): void
  /**
   * Says where reading would go on after the batch that is yielded next, such as an offset; cheap enough to call for each batch. It
   * is kept when nothing of that batch and those before it is left anywhere. Undefined where nothing outlives this process.
   */
  readonly mark: ((place: Json) => void) | undefined
  /**
   * The place that was kept last, where an interrupted run is resumed: what is yielded first must be what came after it the first
   * time, message by message. Undefined where reading begins at the beginning.
   */
  readonly resume: Json | undefined
}

/** One message, or several that were read together and are handed over without a turn of the event loop between them. */
export type SourceBatch<M> = M | readonly M[]

/** What a source's `read` returns; it is pulled only while the runtime admits more roots. */
export type SourceStream<M> = Iterable<SourceBatch<M>> | AsyncIterable<SourceBatch<M>>

/** How a source is written. */
export interface SourceOptions<
  Name extends string,
  Emits extends readonly MessageType[],
  I extends Injections,
  Config extends TSchema,
> extends NodeLabels {
  /** Unique in the graph; `adapters.<name>` activates it. */
  readonly name: Name
  readonly emits: Emits
  readonly inject?: I
  /** Schema of `adapters.<name>`. @default an empty object */
  readonly config?: Config
  /** Yields messages in their order; each is a root. Best yield arrays: what one chunk of input holds. */
  readonly read: (context: SourceContext<Static<Config>> & Injected<I>) => SourceStream<Emitted<Emits>>
}

/** A source as the graph sees it. */
export interface SourceDefinition<Read = (context: never) => SourceStream<unknown>> extends Definition<'source'> {
  readonly stage: string | undefined
  readonly tags: readonly string[]
  readonly runner: RunnerKind
  readonly emits: readonly MessageType[]
  readonly inject: Injections
  readonly config: TSchema | undefined
  readonly read: Read
}

const sourceOptions: OptionNames<SourceOptions<string, readonly MessageType[], Injections, TSchema>> = {
  ...labelOptions,
  name: true,
  emits: true,
  inject: true,
  config: true,
  read: true,
}

/**
 * Defines a source: a node at the edge that emits without consuming. It runs only where `adapters.<name>` configures it.
 *
 * @throws TypeError when the name is malformed or an injection hides a part of the context
 */
export function defineSource<
  const Name extends string,
  const Emits extends readonly MessageType[],
  const I extends Injections = Record<never, never>,
  Config extends TSchema = TSchema,
>(
  options: SourceOptions<Name, Emits, I, Config>,
): SourceDefinition<(context: SourceContext<Static<Config>> & Injected<I>) => SourceStream<Emitted<Emits>>> {
  checkName('A source', options.name)
  checkOptions(`Source '${options.name}'`, options, sourceOptions)
  checkDefinitions(`Source '${options.name}' emits`, 'message type', options.emits)
  checkFunction(`Source '${options.name}'`, 'read', options.read)
  checkInjections(options.name, options.inject ?? {})
  return definition('source', {
    ...labels(`Source '${options.name}'`, options),
    name: options.name,
    emits: options.emits,
    inject: options.inject ?? {},
    config: options.config,
    read: options.read,
  })
}
