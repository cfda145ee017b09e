import { metricList } from '@millrace/contracts'
import type { TimedSample } from './metric-push.js'

/** A sample as one line of JSON. */
export function metricLine({ name, labels, value, atMs }: TimedSample): string {
  return JSON.stringify({
    signal: 'metric',
    time: new Date(atMs).toISOString(),
    name,
    kind: metricList[name].kind,
    labels,
    ...(typeof value === 'number' ? { value } : value),
  })
}
