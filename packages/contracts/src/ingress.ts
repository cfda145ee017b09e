import type { MessageType } from './message.js'
import { type Token, token } from './service.js'

/** A JSON Schema, draft 2020-12, as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** How one question to the graph ends. */
export interface AskOptions {
  /** The longest wait; of a stream, the longest time without progress on either side; in milliseconds. */
  readonly timeoutMs: number
  /** W3C trace id, 32 hex digits. @default a new one */
  readonly traceId?: string | undefined
  /** W3C traceparent of the caller: the trace goes on from there, recorded or not as it says. @default none */
  readonly traceparent?: string | undefined
}

/** A question that is on its way. */
export interface Asked {
  /** JSON that needs no more serialising (`JsonText`), a value that JSON carries, or bytes. Rejects with a MillraceError. */
  readonly reply: Promise<unknown>
  /** Nobody waits any longer: the work stops wherever it is. */
  cancel(): void
}

/** Messages of one caller that enter the graph one after the other, and their replies in the same order. */
export interface Conversation {
  /** The replies, as in {@link Asked.reply}; taking them slowly holds the graph back. Ending the iteration cancels the work. */
  readonly replies: AsyncIterableIterator<unknown>
  /**
   * Sends the next message.
   *
   * @returns a promise when the graph has enough to do; send the next one when it has resolved
   * @throws MillraceError PAYLOAD_INVALID, PAYLOAD_TOO_LARGE: nothing of this message has entered
   */
  send(payload: unknown): undefined | Promise<void>
  /** Nothing more will be sent; what was is answered. With an error, the replies end with it after those. */
  end(error?: Error): void
}

/**
 * A request type and the reply type that answers it, as an interface uses them.
 *
 * What is refused is thrown at once (PAYLOAD_INVALID, PAYLOAD_TOO_LARGE, OVERLOADED, SHUTTING_DOWN, BOOT_NOT_READY): nothing
 * has entered the graph then. What fails in the graph comes with the reply, under the same codes or others.
 */
export interface Exchange {
  readonly request: MessageType
  readonly response: MessageType
  /** Undefined for byte types. */
  readonly requestSchema: JsonSchema | undefined
  /** Undefined for byte types. */
  readonly responseSchema: JsonSchema | undefined
  /** One message, one reply. */
  ask(payload: unknown, options: AskOptions): Asked
  /** One message, and every reply to it in order; taking them slowly holds their maker back. */
  stream(payload: unknown, options: AskOptions): AsyncIterableIterator<unknown>
  /** Many messages, an order domain of their own. */
  converse(options: AskOptions): Conversation
}

/** Limits of an interface. */
export interface InterfacePolicies {
  readonly timeoutMs: number
  readonly rateLimit: { readonly requests: number; readonly periodMs: number } | undefined
  /** Largest request body, WebSocket message or streamed line. */
  readonly requestBytes: number
}

interface InterfaceOf<Kind extends string> {
  readonly kind: Kind
  /** In logs and metrics. */
  readonly name: string
  readonly path: string
  readonly policies: InterfacePolicies
}

/** For a field of a request, where it comes from: `path`, `query`, `header`, `body` or `principal`, and `.NAME`. */
export type Binds = Readonly<Record<string, string>>

/** One request, one reply. */
export interface HttpInterface extends InterfaceOf<'http'> {
  readonly method: string
  readonly exchange: Exchange
  readonly binds: Binds
}

/** One request, many replies; or, with a body of lines, many of both. */
export interface HttpStreamInterface extends InterfaceOf<'http_stream'> {
  readonly method: string
  readonly exchange: Exchange
  readonly binds: Binds
  /** Whether a line of more than `requestBytes` ends the stream, or is cut after one byte more; byte types only are cut. */
  readonly longLines: 'refuse' | 'cut'
}

/** A connection whose messages are requests. */
export interface WebSocketInterface extends InterfaceOf<'websocket'> {
  readonly exchange: Exchange
  /** Of the handshake: `query`, `header` and `principal` alone. */
  readonly binds: Binds
}

/** Fields that are requests. */
export interface GraphqlInterface extends InterfaceOf<'graphql'> {
  readonly queries: Readonly<Record<string, Exchange>>
  readonly mutations: Readonly<Record<string, Exchange>>
  readonly subscriptions: Readonly<Record<string, Exchange>>
}

/** One thing that a web server answers. */
export type WebInterface = HttpInterface | HttpStreamInterface | WebSocketInterface | GraphqlInterface

/** A running graph as whatever stands in front of it sees it. */
export interface Ingress {
  /** Name of the application. */
  readonly title: string
  /** Those of the configuration. */
  readonly interfaces: readonly WebInterface[]
  /** What is asked of every request; undefined where the application has no such service. */
  readonly authenticate: Authenticate | undefined
  /** Whether work is taken, and every group can be reached. */
  ready(): boolean
  /** A new W3C trace id. */
  traceId(): string
  /** The metrics of the application in the text format of Prometheus; undefined where `/metrics` is not served here. */
  readonly prometheus: (() => Promise<string>) | undefined
}

/** A request as `authenticate` sees it. */
export interface WebRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Address of the client. */
  readonly ip: string
  /** Name of the interface that was called. */
  readonly interface: string
}

/** Whoever a request is from, as far as the application wants to know; plain JSON. Its `id` names the client for rate limits. */
export interface Principal {
  readonly id: string
  readonly [name: string]: unknown
}

/** Tells who a request is from; undefined, which is answered with 401, for nobody. */
export type Authenticate = (request: WebRequest) => Principal | undefined | Promise<Principal | undefined>

/** Provide a service under this token, and every request is asked who it is from. */
export const authenticateToken: Token<Authenticate> = token<Authenticate>('millrace.authenticate')

/** Where and how a web server listens. */
export interface WebServerSettings {
  readonly host: string
  readonly port: number
  readonly http2: 'off' | 'tls' | 'h2c'
  /** PEM; undefined without encryption. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  /** How many WebSockets may be open at once. */
  readonly maxSockets: number
  /** Which pages of other origins may call; undefined for none. */
  readonly cors:
    | { readonly origins: readonly string[]; readonly headers: readonly string[]; readonly credentials: boolean }
    | undefined
}

/** A web server in front of a graph. */
export interface WebServer {
  /**
   * Begins to take connections.
   *
   * @param socket a listening socket that another process has made; its own, by the settings, where there is none
   * @returns the port
   * @throws MillraceError BOOT_START_FAILED when the address cannot be had
   */
  listen(socket?: unknown): Promise<number>
  /** Takes no new connection and resolves when everything that was asked is answered and every connection is closed. */
  drain(): Promise<void>
  /** Closes what is left. */
  close(): Promise<void>
}
