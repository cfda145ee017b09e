import { jsonSchema } from '@millrace/config-validator'
import {
  type Asked,
  type AskOptions,
  type Authenticate,
  type Conversation,
  type Exchange,
  type Ingress,
  type JsonSchema,
  type MessageType,
  MillraceError,
  type WebInterface,
} from '@millrace/contracts'
import type { Preflight } from '../preflight/preflight.js'
import { randomHex } from '../runner/random-hex.js'
import { webInterfaces } from '../web/web-interfaces.js'
import type { RequestOptions, Requests } from './requests.js'

/** What an ingress is made of. */
export interface RuntimeIngressParts {
  readonly preflight: Preflight
  /** Whoever takes requests now. @throws MillraceError BOOT_NOT_READY, SHUTTING_DOWN */
  readonly requests: () => Requests
  readonly ready: () => boolean
  readonly authenticate: () => Authenticate | undefined
  readonly prometheus: Ingress['prometheus']
}

/** The way into a running graph for what stands in front of it. */
export class RuntimeIngress implements Ingress {
  readonly title: string
  readonly interfaces: readonly WebInterface[]
  readonly prometheus: Ingress['prometheus']
  readonly #parts: RuntimeIngressParts
  /** What the application has said, once it runs: it is asked with every request. */
  #asked: { readonly authenticate: Authenticate | undefined } | undefined

  constructor(parts: RuntimeIngressParts) {
    const { config, types } = parts.preflight
    const byName = new Map(types.map((type) => [type.name, type]))
    this.#parts = parts
    this.title = config.scenario.name
    this.prometheus = parts.prometheus
    this.interfaces = webInterfaces(config, (request, response) => {
      return new GraphExchange(known(byName, request), known(byName, response), parts.requests)
    })
  }

  get authenticate(): Authenticate | undefined {
    if (this.#asked === undefined) {
      this.#parts.requests()
      this.#asked = { authenticate: this.#parts.authenticate() }
    }
    return this.#asked.authenticate
  }

  ready(): boolean {
    return this.#parts.ready()
  }

  traceId(): string {
    return randomHex(16)
  }
}

class GraphExchange implements Exchange {
  readonly request: MessageType
  readonly response: MessageType
  readonly #requests: () => Requests

  constructor(request: MessageType, response: MessageType, requests: () => Requests) {
    this.request = request
    this.response = response
    this.#requests = requests
  }

  get requestSchema(): JsonSchema | undefined {
    return this.request.schema === undefined ? undefined : jsonSchema(this.request.schema)
  }

  get responseSchema(): JsonSchema | undefined {
    return this.response.schema === undefined ? undefined : jsonSchema(this.response.schema)
  }

  ask(payload: unknown, options: AskOptions): Asked {
    return this.#requests().ask(this.request, payload, this.#expecting(options))
  }

  stream(payload: unknown, options: AskOptions): AsyncIterableIterator<unknown> {
    return this.#requests()
      .stream(this.request, payload, this.#expecting(options))
      [Symbol.asyncIterator]() as AsyncIterableIterator<unknown> // an item stream iterates itself
  }

  converse(options: AskOptions): Conversation {
    return this.#requests().converse(this.request, this.#expecting(options))
  }

  /** Name by name: an object that is spread and then added to has a shape of its own each time, which costs microseconds. */
  #expecting({ timeoutMs, traceId, traceparent }: AskOptions): RequestOptions {
    return { expect: this.response, timeoutMs, traceId, traceparent, asText: true }
  }
}

function known(types: ReadonlyMap<string, MessageType>, name: string): MessageType {
  const type = types.get(name)
  if (type !== undefined) return type
  throw new MillraceError(
    'CONFIG_INVALID',
    `an interface names the message type '${name}', which the graph does not have`,
  )
}
