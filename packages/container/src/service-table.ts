import type { ServiceDefinition } from '@millrace/contracts'

/** The services by the names of their tokens, in the order in which they were given. */
export interface ServiceTable {
  /** Where several services provide a token, the first of them. */
  readonly services: ReadonlyMap<string, ServiceDefinition>
  /** How many services provide a token that more than one provides. */
  readonly duplicates: ReadonlyMap<string, number>
}

/** Sorts services by token. The same definition given twice, say by two modules, is one service. */
export function serviceTable(given: readonly ServiceDefinition[]): ServiceTable {
  const services = new Map<string, ServiceDefinition>()
  const duplicates = new Map<string, number>()
  for (const service of new Set(given)) {
    const { name } = service.token
    if (services.has(name)) duplicates.set(name, (duplicates.get(name) ?? 1) + 1)
    else services.set(name, service)
  }
  return { services, duplicates }
}
