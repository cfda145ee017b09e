export { createTelemetry } from './create-telemetry.js'
