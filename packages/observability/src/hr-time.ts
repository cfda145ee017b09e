import type { HrTime } from '@opentelemetry/api'

const nanosPerSecond = 1_000_000_000

/** Milliseconds, with fractions, as OpenTelemetry has them: seconds and nanoseconds. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000)
  const nanos = Math.round((ms - seconds * 1_000) * 1_000_000)
  return nanos === nanosPerSecond ? [seconds + 1, 0] : [seconds, nanos]
}
