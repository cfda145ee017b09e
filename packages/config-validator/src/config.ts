// Generated from the schema by scripts/generate.ts; do not edit.

/** The configuration of a Millrace application. */
export interface MillraceConfig {
  /** Where an editor finds the schema of this file; it changes nothing. */
  readonly $schema?: string
  /** The version of this format. */
  readonly version: 1
  /** What is run. */
  readonly scenario: ScenarioConfig
  /** How the graph runs. */
  readonly runtime: RuntimeConfig
  /** For a node, by its name, what its own schema asks for. @default {} */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** For a source or sink, by its name, what its own schema asks for; only those named here are active. @default {} */
  readonly adapters: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Where messages go whose node says onError: dead_letter. */
  readonly dead_letters: DeadLettersConfig
}

/** What is run. */
export interface ScenarioConfig {
  /** The name of the application. */
  readonly name: string
}

/** How the graph runs. */
export interface RuntimeConfig {
  /** Files, folders and packages whose exported definitions make the graph; relative to the first configuration file. @default [] */
  readonly discovery_modules: readonly string[]
  /** In which order sinks see messages. */
  readonly ordering: OrderingConfig
  /** How many roots each origin may have unfinished. @default 1024 */
  readonly max_in_flight: number
  /** How many bytes of roots each origin may have unfinished. @default 67108864 */
  readonly max_in_flight_bytes: number
  /** Processes, what connects them, and where state lives. */
  readonly platform: PlatformConfig
  /** HTTP, streams, WebSocket and GraphQL in front of the graph. */
  readonly web: WebConfig
  /** What is told about a running application. */
  readonly observability: ObservabilityConfig
}

/** In which order sinks see messages. */
export interface OrderingConfig {
  /** source_seq keeps the order of the source; completion takes messages as they come. @default "source_seq" */
  readonly sink_mode: 'source_seq' | 'completion'
}

/** Processes, what connects them, and where state lives. */
export interface PlatformConfig {
  /** How the application is started. */
  readonly bootstrap: BootstrapConfig
  /** How the application ends. */
  readonly lifecycle: LifecycleConfig
  /** Who is restarted with a worker that died: nobody else, the groups started after its own, or all. @default "one_for_one" */
  readonly restart_strategy: 'one_for_one' | 'rest_for_one' | 'one_for_all'
  /** How worker processes talk to each other. Without it everything runs in one process, in memory. */
  readonly execution_ipc?: ExecutionIpcConfig
  /** Which nodes run together in worker processes; started in this order, stopped in the reverse. @default [] */
  readonly process_groups: readonly ProcessGroupConfig[]
  /** What is remembered about where messages go. */
  readonly routing_cache: RoutingCacheConfig
  /** Where the state of nodes lives. */
  readonly kv: KvConfig
  /** The Redis server, where the transport, the state store or the dead letters are redis. */
  readonly redis: RedisConfig
}

/** How the application is started. */
export interface BootstrapConfig {
  /** inline runs everything in this process; process_supervisor starts the process groups as worker processes. @default "inline" */
  readonly mode: 'inline' | 'process_supervisor'
}

/** How the application ends. */
export interface LifecycleConfig {
  /** How long work in flight may take to finish when the application stops. @default 10 */
  readonly graceful_timeout_seconds: number
}

/** How worker processes talk to each other. Without it everything runs in one process, in memory. */
export interface ExecutionIpcConfig {
  /** What carries messages between workers. @default "tcp_local" */
  readonly transport: 'tcp_local' | 'zeromq_local' | 'redis'
  /** The address that workers listen on; only loopback. @default "127.0.0.1" */
  readonly bind_host: '127.0.0.1'
  /** The port that a worker listens on; 0 takes a free one, and is needed where there are several workers. @default 0 */
  readonly bind_port: number
  /** The largest frame, and the largest envelope in memory too, in bytes. @default 1048576 */
  readonly max_payload_bytes: number
  /** How frames between workers are signed. */
  readonly auth: AuthConfig
}

/** How frames between workers are signed. */
export interface AuthConfig {
  /** The kind of signature. @default "hmac" */
  readonly mode: 'hmac'
  /** How old a frame may be, in seconds; at most an hour. @default 30 */
  readonly ttl_seconds: number
  /** How many nonces a worker remembers; a full cache refuses rather than forgets. @default 100000 */
  readonly nonce_cache_size: number
  /** Where the secret comes from: made anew for each run, or given by secret_env or secret_file. @default "generated" */
  readonly secret_mode: 'static' | 'generated'
  /** How the master key is made of the secret; none takes the bytes themselves. @default "hkdf_sha256" */
  readonly kdf: 'none' | 'hkdf_sha256'
  /** The environment variable that holds a static secret: at least 32 bytes of UTF-8. */
  readonly secret_env?: string
  /** The file that holds a static secret: at least 32 bytes, every byte counts, readable by its owner alone. */
  readonly secret_file?: string
}

/** A set of nodes that run together, and the workers that run them. */
export interface ProcessGroupConfig {
  /** The name of the group; its workers are called name#1, name#2 and so on. */
  readonly name: string
  /** Nodes by name. @default [] */
  readonly nodes: readonly string[]
  /** Nodes by their stage. @default [] */
  readonly stages: readonly string[]
  /** Nodes that carry one of these tags. @default [] */
  readonly tags: readonly string[]
  /** Nodes by where they run best. @default [] */
  readonly runners: readonly ('cpu' | 'io')[]
  /** How many worker processes the group has. @default 1 */
  readonly workers: number
  /** The payload field whose equal values always go to the same worker. */
  readonly partition_by?: string
  /** How many partitions the values of partition_by are spread over. @default workers */
  readonly partitions: number
  /** How often a message is sent again when the worker that held it dies. @default 0 */
  readonly redeliver: number
  /** How long a worker may take to become ready, in seconds. @default 30 */
  readonly start_timeout_seconds: number
  /** How long a worker may take to stop, in seconds. @default 30 */
  readonly stop_timeout_seconds: number
  /** How often a worker shows that it is alive, in seconds. @default 5 */
  readonly heartbeat_seconds: number
  /** How long a worker may be silent or its event loop blocked, in seconds. @default 30 */
  readonly stall_timeout_seconds: number
  /** How much resident memory a worker may have, in MiB; one that has more is replaced while it works. */
  readonly max_memory_mb?: number
  /** What happens when a worker of the group dies. */
  readonly restart: RestartConfig
}

/** What happens when a worker of the group dies. */
export interface RestartConfig {
  /** When a worker is replaced. @default "on_failure" */
  readonly policy: 'never' | 'on_failure' | 'always'
  /** How many restarts are allowed within period_seconds; one more stops the runtime. @default 5 */
  readonly max_restarts: number
  /** The period in which restarts are counted, in seconds. @default 60 */
  readonly period_seconds: number
  /** The wait before the first restart, in milliseconds; it doubles each time. @default 100 */
  readonly backoff_ms: number
  /** The longest wait before a restart, in milliseconds. @default 5000 */
  readonly backoff_max_ms: number
}

/** What is remembered about where messages go. */
export interface RoutingCacheConfig {
  /** False to work every route out anew. @default true */
  readonly enabled: boolean
  /** True to remember also that there is no route. @default true */
  readonly negative_cache: boolean
  /** How many routes are remembered. @default 100000 */
  readonly max_entries: number
}

/** Where the state of nodes lives. */
export interface KvConfig {
  /** The state store. @default "memory" */
  readonly backend: 'memory' | 'redis'
}

/** The Redis server, where the transport, the state store or the dead letters are redis. */
export interface RedisConfig {
  /** Where the server is. A password never stands here; use password_env or url_env. @default redis://127.0.0.1:6379 */
  readonly url: string
  /** The environment variable that holds the URL; use it instead of url. */
  readonly url_env?: string
  /** The user to log in as. */
  readonly username?: string
  /** The environment variable that holds the password. */
  readonly password_env?: string
  /** True to speak TLS also where the URL begins with redis://. @default false */
  readonly tls: boolean
  /** What all keys of the application begin with. @default millrace:, then scenario.name */
  readonly key_prefix: string
}

/** HTTP, streams, WebSocket and GraphQL in front of the graph. */
export interface WebConfig {
  /** The process group that serves the web; it has one worker. @default "web" */
  readonly group: string
  /** Where the web server listens. */
  readonly server: ServerConfig
  /** Which pages of other origins may call. Without it none may. */
  readonly cors?: CorsConfig
  /** What the web server answers, and with which messages. @default [] */
  readonly interfaces: readonly InterfaceConfig[]
}

/** Where the web server listens. */
export interface ServerConfig {
  /** The address to listen on. @default "127.0.0.1" */
  readonly host: string
  /** The port to listen on; 0 takes a free one. @default 8080 */
  readonly port: number
  /** HTTP/2: not at all, over TLS, or without encryption. @default "off" */
  readonly http2: 'off' | 'tls' | 'h2c'
  /** The certificate of the server. */
  readonly tls?: TlsConfig
  /** How many WebSockets may be open at once; further ones are answered with 503. @default 10000 */
  readonly max_websockets: number
}

/** The certificate of the server. */
export interface TlsConfig {
  /** The private key, PEM. */
  readonly key_file: string
  /** The certificate and those that vouch for it, PEM. */
  readonly cert_file: string
}

/** Which pages of other origins may call. Without it none may. */
export interface CorsConfig {
  /** Origins such as https://shop.example, or * for all. */
  readonly origins: readonly string[]
  /** Request headers that such pages may send beside the simple ones. @default [] */
  readonly headers: readonly string[]
  /** True to let such pages send cookies; not together with the origin *. @default false */
  readonly credentials: boolean
}

/** One thing that the web server answers. */
export type InterfaceConfig =
  | HttpInterfaceConfig
  | HttpStreamInterfaceConfig
  | WebsocketInterfaceConfig
  | GraphqlInterfaceConfig

/** One request, one reply. */
export interface HttpInterfaceConfig {
  /** The kind of interface. */
  readonly kind: 'http'
  /** The name in logs and metrics. @default method or kind, and path */
  readonly name: string
  /** The HTTP method. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The path; :name stands for one part of it. */
  readonly path: string
  /** The message type that a request becomes. */
  readonly request: string
  /** The reply type that answers it. */
  readonly response: string
  /** For a field of the request, where it comes from: path.NAME, query.NAME, header.NAME, body, body.NAME, principal or principal.NAME. Other fields come from the body, or from the query where there is no body. @default {} */
  readonly binds: Readonly<Record<string, string>>
  /** Limits of the interface. */
  readonly policies: PoliciesConfig
}

/** Limits of the interface. */
export interface PoliciesConfig {
  /** How long a reply may take; for a stream, the longest time without progress; in milliseconds. @default 30000 */
  readonly timeout_ms: number
  /** How many requests one client may send. */
  readonly rate_limit?: RateLimitConfig
  /** The largest request body, in bytes. @default 1048576 */
  readonly request_size_bytes: number
}

/** How many requests one client may send. */
export interface RateLimitConfig {
  /** How many requests are allowed in a period. */
  readonly requests: number
  /** The length of the period, in seconds. @default 1 */
  readonly per_seconds: number
}

/** One request, many replies: SSE or NDJSON, by Accept. */
export interface HttpStreamInterfaceConfig {
  /** The kind of interface. */
  readonly kind: 'http_stream'
  /** The name in logs and metrics. @default method or kind, and path */
  readonly name: string
  /** The HTTP method. @default "POST" */
  readonly method: 'GET' | 'POST'
  /** The path; :name stands for one part of it. */
  readonly path: string
  /** The message type that a request becomes. */
  readonly request: string
  /** The reply type that answers it. */
  readonly response: string
  /** For a field of the request, where it comes from: path.NAME, query.NAME, header.NAME, body, body.NAME, principal or principal.NAME. Other fields come from the body, or from the query where there is no body. @default {} */
  readonly binds: Readonly<Record<string, string>>
  /** What becomes of a line of the body above request_size_bytes: refuse ends the stream; cut sends its first request_size_bytes and one byte more to a byte type, which sees by its length that it was too long. @default "refuse" */
  readonly long_lines: 'refuse' | 'cut'
  /** Limits of the interface. */
  readonly policies: PoliciesConfig
}

/** A connection: each message is a request, replies come back on it. */
export interface WebsocketInterfaceConfig {
  /** The kind of interface. */
  readonly kind: 'websocket'
  /** The name in logs and metrics. @default method or kind, and path */
  readonly name: string
  /** The path, to the letter. */
  readonly path: string
  /** The message type that a request becomes. */
  readonly request: string
  /** The reply type that answers it. */
  readonly response: string
  /** For a field of each request, where in the handshake it comes from: query.NAME, header.NAME, principal or principal.NAME. Other fields come from the message. @default {} */
  readonly binds: Readonly<Record<string, string>>
  /** Limits of the interface. */
  readonly policies: PoliciesConfig
}

/** Fields that are requests; at least one of the three maps has one. */
export interface GraphqlInterfaceConfig {
  /** The kind of interface. */
  readonly kind: 'graphql'
  /** The name in logs and metrics. @default method or kind, and path */
  readonly name: string
  /** The path; :name stands for one part of it. @default "/graphql" */
  readonly path: string
  /** Query fields by name. @default {} */
  readonly queries: Readonly<Record<string, GraphqlFieldConfig>>
  /** Mutation fields by name. @default {} */
  readonly mutations: Readonly<Record<string, GraphqlFieldConfig>>
  /** Subscription fields by name. @default {} */
  readonly subscriptions: Readonly<Record<string, GraphqlFieldConfig>>
  /** Limits of the interface. */
  readonly policies: PoliciesConfig
}

/** A field of a GraphQL root type. */
export interface GraphqlFieldConfig {
  /** The message type that a request becomes. */
  readonly request: string
  /** The reply type that answers it. */
  readonly response: string
}

/** What is told about a running application. */
export interface ObservabilityConfig {
  /** Spans of roots, nodes and hops. Off without an exporter. */
  readonly tracing: TracingConfig
  /** Counters and histograms. Off without an exporter. */
  readonly metrics: MetricsConfig
  /** Log lines and events. Off without an exporter. */
  readonly logging: LoggingConfig
  /** Where the exporters named otel_otlp send to. */
  readonly otlp: OtlpConfig
  /** Where the exporters named jsonl write to. */
  readonly jsonl: JsonLinesConfig
  /** True to serve the live page. @default false */
  readonly console: boolean
}

/** Spans of roots, nodes and hops. Off without an exporter. */
export interface TracingConfig {
  /** Where spans go. @default [] */
  readonly exporters: readonly ('otel_otlp' | 'opentracing_bridge' | 'jsonl' | 'stdout')[]
  /** Which share of the roots is traced. @default 1 */
  readonly sample_ratio: number
}

/** Counters and histograms. Off without an exporter. */
export interface MetricsConfig {
  /** Where metrics go. @default [] */
  readonly exporters: readonly ('prometheus' | 'otel_otlp' | 'jsonl' | 'stdout')[]
  /** A port of its own on loopback for /metrics; without it the web server answers /metrics. */
  readonly port?: number
  /** How often metrics are sent by the exporters that send them. @default 10 */
  readonly interval_seconds: number
}

/** Log lines and events. Off without an exporter. */
export interface LoggingConfig {
  /** The least important level that is written. @default "info" */
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** Where log lines go. @default [] */
  readonly exporters: readonly ('stdout' | 'jsonl' | 'otel_otlp')[]
  /** True to log also every change of phase of runtime and workers. @default false */
  readonly lifecycle_events: boolean
}

/** Where the exporters named otel_otlp send to. */
export interface OtlpConfig {
  /** Base URL of the receiver; /v1/traces, /v1/metrics and /v1/logs are below it. @default "http://127.0.0.1:4318" */
  readonly endpoint: string
  /** How telemetry is encoded. @default "http/protobuf" */
  readonly protocol: 'http/protobuf' | 'http/json'
  /** Sent with every request, by name. @default {} */
  readonly headers: Readonly<Record<string, string>>
  /** An environment variable with more headers, as OpenTelemetry writes them: name=value, separated by commas, percent-encoded. The place for keys. */
  readonly headers_env?: string
  /** How long a request may take. @default 10 */
  readonly timeout_seconds: number
}

/** Where the exporters named jsonl write to. */
export interface JsonLinesConfig {
  /** The file that lines are appended to; a relative path starts at the folder of the first configuration file. @default "telemetry.jsonl" */
  readonly path: string
}

/** Where messages go whose node says onError: dead_letter. */
export interface DeadLettersConfig {
  /** What keeps them: a file of this machine, or the server of runtime.platform.redis, which several machines share. @default "file" */
  readonly backend: 'file' | 'redis'
  /** The NDJSON file they are appended to, where backend is file. */
  readonly path?: string
  /** How many Redis keeps at most. A message that finds no room there fails, and says so. @default 100000 */
  readonly max_letters: number
}
