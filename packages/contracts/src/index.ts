export {
  type AppDefinition,
  allPartsOf,
  defineApp,
  defineModule,
  type ModuleDefinition,
  type Part,
  partsOf,
} from './app.js'
export { browserOrigin } from './browser-origin.js'
export { checkDefinitions, checkOptions, type OptionNames } from './check-definitions.js'
export type { Console, ConsoleSource } from './console.js'
export type { HandlerContext, Logger, NestedRequestOptions } from './context.js'
export { type Definition, type DefinitionKind, isDefinition } from './definition.js'
export { type ErrorCode, errorCodes, isErrorCode } from './error-codes.js'
export {
  createEventEmitter,
  type EventEmitter,
  type EventEmitterParts,
  type EventListener,
  type MillraceEvent,
} from './event-emitter.js'
export { type EventLevel, type EventName, eventList } from './events.js'
export { type ConfigPath, type Finding, findingsError } from './finding.js'
export type { Graph, GraphEdge, GraphNode, GraphNodeKind, GraphState, GraphType } from './graph.js'
export { addHistograms, histogramSince, quantile } from './histogram.js'
export {
  type Asked,
  type AskOptions,
  type Authenticate,
  authenticateToken,
  type Binds,
  type Conversation,
  type Exchange,
  type GraphqlInterface,
  type HttpInterface,
  type HttpStreamInterface,
  type Ingress,
  type InterfacePolicies,
  type JsonSchema,
  type Principal,
  type WebInterface,
  type WebRequest,
  type WebServer,
  type WebServerSettings,
  type WebSocketInterface,
} from './ingress.js'
export type { Json } from './json.js'
export { JsonText } from './json-text.js'
export {
  type BytesOptions,
  defineBytes,
  defineMessage,
  type Message,
  type MessageOf,
  type MessageOptions,
  type MessageType,
  type MessageTypeOptions,
  type PayloadOf,
} from './message.js'
export {
  durationBounds,
  type HistogramValue,
  type MetricDefinition,
  type MetricKind,
  type MetricName,
  type MetricSample,
  type MetricSamples,
  metricList,
} from './metrics.js'
export {
  type ErrorReport,
  type Facts,
  isMillraceError,
  MillraceError,
  type MillraceErrorOptions,
} from './millrace-error.js'
export { nearestName, suggestion } from './nearest-name.js'
export {
  type Consumed,
  defineNode,
  type Emission,
  type Emitted,
  isMessage,
  type NodeContext,
  type NodeDefinition,
  type NodeLabels,
  type NodeOptions,
  type OnError,
  type RunnerKind,
  type StateViews,
  type SyncEmission,
  type TestableHandler,
} from './node.js'
export { type NodeFromOptions, nodeFrom } from './node-from.js'
export type { GroupSettings, Hop, Plan, PlanGroup, Profile } from './plan.js'
export { comparePositions, type Position } from './position.js'
export { createRedactor, looksSecret, type Redactor, redacted } from './redaction.js'
export { residentBytes } from './resident-bytes.js'
export type { BoundaryDelivery, Delivery, LocalDelivery, TerminalDelivery } from './routing-outcome.js'
export type { RuntimePhase, RuntimeSnapshot, RuntimeWatch, WorkerReport } from './runtime-snapshot.js'
export {
  defineService,
  type Injected,
  type Injections,
  type ServiceDefinition,
  type ServiceOptions,
  type ServiceScope,
  type Token,
  type TokenValue,
  token,
} from './service.js'
export {
  defineSink,
  type SinkContext,
  type SinkDefinition,
  type SinkOptions,
  type SinkReport,
  type SinkWriter,
} from './sink.js'
export {
  defineSource,
  type Progress,
  type SourceBatch,
  type SourceContext,
  type SourceDefinition,
  type SourceOptions,
  type SourceStream,
} from './source.js'
export {
  defineState,
  type StateOf,
  type StateType,
  type StateUse,
  type StateUses,
  type StateUsesOf,
  type StateView,
} from './state.js'
export type { DurableStore, LedgerWrite, StateStore, StateWrite } from './state-store.js'
export type {
  EndpointTable,
  LinkKey,
  LoadWorker,
  RestartSettings,
  Retiring,
  StopMode,
  Supervisor,
  SupervisorListener,
  WorkerApplication,
  WorkerBundle,
  WorkerEndpoint,
  WorkerPhase,
  WorkerSettings,
  WorkerSnapshot,
  WorkerVitals,
  WorkerVoice,
} from './supervision.js'
export type {
  LogExporterName,
  MetricExporterName,
  OtlpSettings,
  Telemetry,
  TelemetryOwner,
  TelemetryParts,
  TelemetrySettings,
  TraceExporterName,
} from './telemetry.js'
export {
  type HopStart,
  type RootStart,
  readTraceparent,
  type Span,
  type SpanContext,
  type SpanRecord,
  type Traceparent,
  type Tracing,
  writeTraceparent,
} from './tracing.js'
export type {
  AckRecord,
  CancelRecord,
  Endpoint,
  EnvelopeRecord,
  FailRecord,
  Link,
  LinkEnd,
  LinkListener,
  LinkRecord,
  Listener,
  MarkRecord,
  RootName,
  SlotId,
  Transport,
  WorkQueue,
} from './transport.js'
export { Type } from './type.js'
