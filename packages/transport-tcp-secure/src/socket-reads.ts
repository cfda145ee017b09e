import { type OnReadOpts, Socket } from 'node:net'

/** What Node reads at most at once; a read of fewer bytes has emptied the socket. */
export const readBytes = 65_536

/**
 * Where all sockets of this process read to. Node hands a read over before the next one begins, of whichever socket, so one place
 * is enough for all of them: a connection from which nothing came costs nothing.
 */
const shared = Buffer.allocUnsafeSlow(readBytes)

/** Makes sockets read into memory that they share. @param onRead gets what was read, a view that is valid only during the call */
export function sharedReads(onRead: (chunk: Buffer) => void): OnReadOpts {
  return {
    buffer: shared,
    callback: (bytes) => {
      onRead(shared.subarray(0, bytes))
      return true
    },
  }
}

/**
 * Makes a connection read as it is told, which a server cannot say of those it accepts: Node makes 64 KiB for each of their reads,
 * 5 % of what a request alone in flight costs. So another socket takes its handle over.
 *
 * @param accepted by a server with `pauseOnConnect`, before anybody listens to it
 * @returns the socket to use instead; the same, where Node keeps the handle to itself: it gives `data` then
 */
export function adopt(accepted: Socket, onread: OnReadOpts): Socket {
  const owner = accepted as { _handle?: unknown } // its types leave it out
  const { _handle: handle } = owner
  if (typeof handle !== 'object' || handle === null) return accepted.resume()
  owner._handle = null
  // Its server counts it no longer.
  accepted.destroy()
  return new Socket({ handle, onread, allowHalfOpen: accepted.allowHalfOpen } as ConstructorParameters<
    typeof Socket
  >[0]) // nor do its types know this one
}
