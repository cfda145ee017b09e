/**
 * The listening socket of the web server, held by the process that supervises.
 *
 * H1  Only the web worker accepts connections. This process keeps the socket open and never reads from it, so that what comes
 *     while there is no web worker waits in the queue of the operating system, and is not refused.
 * H2  It is handed over with the worker's bundle, again to each replacement.
 */
import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import { MillraceError } from '@millrace/contracts'

/** A bound socket that other processes can be given. */
export interface HeldSocket {
  /** What Node hands from process to process. */
  readonly handle: unknown
  readonly port: number
  close(): void
}

/** Node's own, as its cluster module uses it for sockets that workers share. It has no public name, and none is as exact. */
interface BoundHandle {
  getsockname(out: { port?: number }): number
  close(): void
}
type CreateServerHandle = (address: string, port: number, addressType: 4 | 6) => BoundHandle | number

/**
 * Binds an address without taking connections from it.
 *
 * @throws MillraceError BOOT_START_FAILED when the address cannot be had
 */
export async function holdSocket({
  host,
  port,
}: {
  readonly host: string
  readonly port: number
}): Promise<HeldSocket> {
  const { address, family } = await lookup(host).catch((cause: unknown) => {
    throw unavailable(host, port, 'the host is not known', cause)
  })
  const { _createServerHandle: create } = net as typeof net & { readonly _createServerHandle: CreateServerHandle } // its types leave it out
  const handle = create(address, port, family === 6 ? 6 : 4)
  if (typeof handle === 'number') throw unavailable(host, port, getSystemErrorName(handle))
  const bound: { port?: number } = {}
  // An address that is in use is told only by the port that the socket has got instead.
  const status = handle.getsockname(bound)
  if (status !== 0 || (port !== 0 && bound.port !== port)) {
    handle.close()
    throw unavailable(host, port, 'EADDRINUSE')
  }
  let open = true
  return {
    handle,
    port: bound.port ?? port,
    close() {
      if (open) handle.close()
      open = false
    },
  }
}

function unavailable(host: string, port: number, reason: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'BOOT_START_FAILED',
    `the web server cannot listen on ${host}:${port} (${reason}); free the address, or change runtime.web.server`,
    { facts: { host, port, reason }, cause },
  )
}
