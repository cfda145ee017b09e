import type { Endpoint, Link, SlotId, Transport } from '@millrace/contracts'

/** A signal that never aborts. */
export function noDeadline(): AbortSignal {
  return new AbortController().signal
}

/** Where a slot of a memory transport is dialled, whether it is open or not. */
export function endpointOf(slot: SlotId): Endpoint {
  return { slot, address: `memory:${slot}` }
}

/** Opens `to`, dials it from `from` and gives both ends, near first. */
export async function linked(transport: Transport, from: SlotId, to: SlotId): Promise<[near: Link, far: Link]> {
  const accepted: Link[] = []
  const listener = await transport.listen(to, (link) => accepted.push(link))
  const near = await transport.dial(from, listener.endpoint, noDeadline())
  await listener.close()
  const [far] = accepted
  if (far === undefined) throw new Error('the link was not accepted')
  return [near, far]
}
