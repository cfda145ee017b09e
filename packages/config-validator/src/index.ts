export {
  type CheckedSlices,
  checkSlices,
  type SliceOwner,
  type SliceOwners,
} from './check-slices.js'
export { compileSchema, type SchemaCheck, type SchemaMistake } from './compile-schema.js'
export type {
  AuthConfig,
  ExecutionIpcConfig,
  InterfaceConfig,
  MillraceConfig,
  ObservabilityConfig,
  PlatformConfig,
  ProcessGroupConfig,
  RedisConfig,
  RuntimeConfig,
  WebConfig,
} from './config.js'
export type { MillraceInput } from './config-input.js'
export { configurationError, type Finding, formatFinding, type Mistake } from './finding.js'
export { formatSummary } from './format-summary.js'
export { groupSettings, profileOf } from './group-settings.js'
export type { InterfaceSummary } from './interface-summary.js'
export { jsonSchema } from './json-schema.js'
export {
  checkMachine,
  type LoadOptions,
  loadConfig,
  loadValue,
  type ValueOptions,
  validateConfig,
} from './load-config.js'
export type { LoadedConfig, Place } from './loaded-config.js'
export type { Environment, Machine } from './machine.js'
export type { Path } from './path.js'
export { restartOfGroup } from './restart-of-group.js'
export { millraceSchema } from './schema/millrace.js'
export { readSecret } from './secret.js'
export {
  type GroupSummary,
  type HopSummary,
  type StartupSummary,
  type SummaryParts,
  startupSummary,
  type TransportSummary,
} from './startup-summary.js'
export { unlessStuck } from './unless-stuck.js'
