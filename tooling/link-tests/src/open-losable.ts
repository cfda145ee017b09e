import type { OpenTransports } from '@millrace/conformance'
import type { SlotId, Transport } from '@millrace/contracts'
import { createTcpProxy, type TcpProxy } from './tcp-proxy.js'

/** Two transports; whatever one dials goes through somebody who can cut the connection. */
export function openLosable(open: () => Transport): OpenTransports {
  const listening = open()
  const behind = open()
  const proxies = new Map<string, TcpProxy>()
  const dialling: Transport = {
    profile: behind.profile,
    createQueue: () => behind.createQueue(),
    listen: (slot, accept) => behind.listen(slot, accept),
    async dial(from, to, signal) {
      const proxy = await createTcpProxy(to)
      proxies.set(pairOf(to.slot, from), proxy)
      try {
        return await behind.dial(from, proxy.endpoint, signal)
      } finally {
        // One dial, one connection, which ends when both transports have closed.
        proxy.close()
      }
    },
    close: () => behind.close(),
  }
  return {
    listening,
    dialling,
    loseLink(far, near) {
      for (const connection of proxies.get(pairOf(far, near))?.connections ?? []) connection.cut()
    },
  }
}

function pairOf(far: SlotId, near: SlotId): string {
  return JSON.stringify([far, near])
}
