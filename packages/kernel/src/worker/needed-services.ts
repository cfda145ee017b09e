import type { Injections, ServiceDefinition, Token } from '@millrace/contracts'

/** The services that some nodes inject, and those that these inject in turn: no worker starts what no node in it uses. */
export function neededServices(
  services: readonly ServiceDefinition[],
  nodes: readonly { readonly inject: Injections }[],
): readonly ServiceDefinition[] {
  const byToken = new Map(services.map((service) => [service.token as Token, service]))
  const needed = new Set<ServiceDefinition>()
  const need = (inject: Injections): void => {
    for (const token of Object.values(inject)) {
      const service = byToken.get(token)
      if (service === undefined || needed.has(service)) continue
      needed.add(service)
      need(service.inject)
    }
  }
  for (const { inject } of nodes) need(inject)
  return services.filter((service) => needed.has(service))
}
