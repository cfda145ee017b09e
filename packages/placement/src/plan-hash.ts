import { createHash } from 'node:crypto'
import type { Plan } from '@millrace/contracts'

/** SHA-256 of a plan's canonical JSON, 64 hex digits: equal for equal plans, in whatever order their keys were made. */
export function planHash(plan: Omit<Plan, 'hash'>): string {
  const { profile, graph, groups, groupOf, hops } = plan
  return createHash('sha256').update(canonicalJson({ profile, graph, groups, groupOf, hops })).digest('hex')
}

/** JSON with the keys of every object sorted; what is undefined is left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (isRecord(item) ? sortedByKey(item) : item))
}

function sortedByKey(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, record[key]]),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
