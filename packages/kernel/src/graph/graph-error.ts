import type { MillraceError } from '@millrace/contracts'
import { type Finding, findingsError } from '@millrace/placement'

/**
 * Makes one error of everything that is wrong with a graph, with the code of the first finding.
 *
 * @throws RangeError without findings
 */
export function graphError(findings: readonly Finding[]): MillraceError {
  return findingsError('the graph', findings)
}
