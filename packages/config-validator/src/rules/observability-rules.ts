import { items } from '../draft.js'
import type { Mistake } from '../finding.js'
import type { Rule } from '../rule.js'

/** Whoever scrapes needs a place to ask. */
const prometheusIsServed: Rule = function* (config): Iterable<Mistake> {
  const { observability, web } = config.runtime ?? {}
  const { exporters, port } = observability?.metrics ?? {}
  if (
    !(Array.isArray(exporters) && exporters.includes('prometheus')) ||
    port !== undefined ||
    items(web?.interfaces).length > 0
  )
    return
  yield {
    path: ['runtime', 'observability', 'metrics', 'exporters'],
    message: 'has prometheus, and nothing serves /metrics; add a port here, or an interface to runtime.web',
  }
}

/** Rules of `runtime.observability`. */
export const observabilityRules: readonly Rule[] = [prometheusIsServed]
