export * from '@millrace/contracts'
export { type CheckOptions, createRuntime, type RuntimeOptions, type TokenBinding } from './create-runtime.js'
export {
  type ApplicationOptions,
  type ConfigSource,
  type Preflight,
  type PreflightOptions,
  preflight,
} from './preflight/preflight.js'
export type { RequestOptions, StreamOptions } from './runtime/requests.js'
export type { RetryEnd, RetryOptions } from './runtime/retry.js'
export type { RunResult, Runtime, RuntimeCounters } from './runtime/runtime.js'
export { moduleFlags } from './supervised/worker-program.js'
export { transportToken } from './transport-token.js'
