import { items, pairs } from '../draft.js'
import type { Mistake } from '../finding.js'
import type { Rule } from '../rule.js'
import { holdsSecret } from '../secret-key.js'

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

const headersHoldNoSecret: Rule = function* (config): Iterable<Mistake> {
  const otlp = config.runtime?.observability?.otlp
  for (const [name] of pairs(otlp?.headers))
    if (holdsSecret(name))
      yield {
        path: ['runtime', 'observability', 'otlp', 'headers', name],
        message:
          'looks like a secret, which never stands in a configuration; name an environment variable that holds it with headers_env',
        atKey: true,
      }
}

/** Rules of `runtime.observability`. */
export const observabilityRules: readonly Rule[] = [prometheusIsServed, headersHoldNoSecret]
