import { type Finding, findingsError, type Injections, nearestName, type ServiceDefinition } from '@millrace/contracts'
import type { ServiceTable } from './service-table.js'

/** What can be injected in one container or scope. */
export interface Wiring {
  readonly table: ServiceTable
  /** Tells whether a value is bound to the token, or will be, for a service of the given scope. */
  bound(name: string, wantedBy: ServiceDefinition['scope']): boolean
  /** The names of bound values, for suggestions. */
  boundNames(): Iterable<string>
}

/**
 * Everything that is wrong with some services and with what they need, at once. Where services need each other in several
 * circles, removing one injection from each circle that is drawn leaves none.
 *
 * @param names tokens of the services to begin with
 */
export function inspect(names: readonly string[], wiring: Wiring): readonly Finding[] {
  const { table } = wiring
  const findings: Finding[] = []
  const visited = new Set<string>()

  function visit(service: ServiceDefinition, trail: readonly string[]): void {
    const { name } = service.token
    if (trail.includes(name)) {
      findings.push(cycle([...trail.slice(trail.indexOf(name)), name]))
      return
    }
    if (visited.has(name)) return
    visited.add(name)
    const path = [...trail, name]
    const count = table.duplicates.get(name)
    if (count !== undefined) findings.push(duplicate(count, path))
    for (const wanted of namesOf(service.inject)) need(service, wanted, path)
  }

  function need(service: ServiceDefinition, wanted: string, path: readonly string[]): void {
    const gap = gapOf(wanted, service.scope, path, wiring)
    if (gap !== undefined) findings.push(gap)
    const provider = table.services.get(wanted)
    if (provider !== undefined) visit(provider, path)
  }

  for (const name of neededByNobodyFirst(names, table)) {
    const service = table.services.get(name)
    if (service !== undefined) visit(service, [])
  }
  return findings
}

/**
 * Why a token cannot be injected at the end of a path; undefined when it can.
 *
 * @param path who needs it, and by whom that is needed; its last name is the one that injects the token
 */
export function gapOf(
  wanted: string,
  wantedBy: ServiceDefinition['scope'],
  path: readonly string[],
  { table, bound, boundNames }: Wiring,
): Finding | undefined {
  const drawn = draw([...path, wanted])
  const needs = path.length > 0 ? `${path.at(-1)} needs ${wanted}` : `${wanted} was asked for`
  const service = table.services.get(wanted)
  if (service === undefined) {
    if (bound(wanted, wantedBy)) return undefined
    const nearest = nearestName(wanted, [...table.services.keys(), ...boundNames()])
    const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`
    return {
      code: 'DI_MISSING',
      message: `${needs}, which nothing provides: ${drawn}${hint}; define a service for it or bind it`,
    }
  }
  if (service.scope === 'singleton' || wantedBy === 'scoped') return undefined
  return {
    code: 'DI_MISSING',
    message: `${needs}, which is made once per scope and does not exist outside one: ${drawn}; take it from a scope, or make it a singleton`,
  }
}

/** The tokens that someone injects. */
export function namesOf(inject: Injections): readonly string[] {
  return Object.values(inject).map((token) => token.name)
}

/**
 * Reports findings as one error.
 *
 * @throws MillraceError DI_MISSING, DI_DUPLICATE, DI_CYCLE when there is any
 */
export function throwFindings(findings: readonly Finding[]): void {
  if (findings.length > 0) throw findingsError('the container', findings)
}

/** So that paths are drawn from their beginning. */
function neededByNobodyFirst(names: readonly string[], table: ServiceTable): readonly string[] {
  const needed = new Set([...table.services.values()].flatMap(({ inject }) => namesOf(inject)))
  return [...names.filter((name) => !needed.has(name)), ...names.filter((name) => needed.has(name))]
}

function cycle(path: readonly string[]): Finding {
  return {
    code: 'DI_CYCLE',
    message: `services need each other in a circle: ${draw(path)}; take one of these injections out`,
  }
}

function duplicate(count: number, path: readonly string[]): Finding {
  const neededBy = path.length > 1 ? ` (${draw(path)})` : ''
  return { code: 'DI_DUPLICATE', message: `${count} services provide ${path.at(-1)}${neededBy}; keep one of them` }
}

function draw(path: readonly string[]): string {
  return path.join(' → ')
}
