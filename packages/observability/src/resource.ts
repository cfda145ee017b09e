import type { TelemetryOwner } from '@millrace/contracts'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'

/** The name of the service that a process is a part of: its application and group. */
export function serviceName({ scenario, group }: TelemetryOwner): string {
  return group === '' ? scenario : `${scenario}.${group}`
}

/** The name of one process, different from that of every other process, also in another run. */
export function instanceId({ slot, incarnation, run }: TelemetryOwner): string {
  return `${slot}.${incarnation}@${run}`
}

/** Says in the words of OpenTelemetry whose telemetry it is; nothing of it comes from the environment. */
export function resourceOf(owner: TelemetryOwner): Resource {
  return resourceFromAttributes({
    'service.namespace': owner.scenario,
    'service.name': serviceName(owner),
    'service.instance.id': instanceId(owner),
  })
}

/** Who says it, in the words of OpenTelemetry. */
export const scope: { readonly name: string } = { name: 'millrace' }
