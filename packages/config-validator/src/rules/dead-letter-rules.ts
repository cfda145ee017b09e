import type { Mistake } from '../finding.js'
import type { Rule } from '../rule.js'

const onePlace: Rule = function* ({ dead_letters }): Iterable<Mistake> {
  if (dead_letters?.backend !== 'redis' || dead_letters.path === undefined) return
  yield {
    path: ['dead_letters', 'path'],
    message: 'names a file, and backend is redis; keep one of them',
    atKey: true,
  }
}

/** Rules about where dead letters are kept. */
export const deadLetterRules: readonly Rule[] = [onePlace]
