import type { OpenTransports } from '@millrace/conformance'
import type { Link, SlotId, Transport } from '@millrace/contracts'

/**
 * Two transports. Nobody watches a connection between them: who hears that a peer was killed gives its link up, as the mesh does
 * when the supervisor says so.
 */
export function openLosable(open: () => Transport): OpenTransports {
  const behind = open()
  const links = new Map<string, Link>()
  const listening: Transport = {
    profile: behind.profile,
    createQueue: () => behind.createQueue(),
    dial: (from, to, signal) => behind.dial(from, to, signal),
    close: () => behind.close(),
    listen: (slot, accept) =>
      behind.listen(slot, (link) => {
        links.set(pairOf(slot, link.peer), link)
        accept(link)
      }),
  }
  return { listening, dialling: open(), loseLink: (far, near) => links.get(pairOf(far, near))?.lose() }
}

function pairOf(far: SlotId, near: SlotId): string {
  return JSON.stringify([far, near])
}
