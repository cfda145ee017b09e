import { existsSync, readFileSync } from 'node:fs'

/** How many tests passed and failed. A test file that could not run at all counts as one failure. */
export interface Totals {
  readonly passed: number
  readonly failed: number
}

/** Reads the totals from a file that `jest --json` wrote; undefined when there is none. */
export function readTotals(file: string): Totals | undefined {
  if (!existsSync(file)) return undefined
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return {
    passed: countIn(report, 'numPassedTests'),
    failed: countIn(report, 'numFailedTests') + countIn(report, 'numRuntimeErrorTestSuites'),
  }
}

/** `12 passed, 0 failed` */
export function totalsText({ passed, failed }: Totals): string {
  return `${passed} passed, ${failed} failed`
}

function countIn(report: unknown, field: string): number {
  const count: unknown = typeof report === 'object' && report !== null ? Reflect.get(report, field) : undefined
  if (typeof count !== 'number') throw new TypeError(`jest's report has no ${field}`)
  return count
}
