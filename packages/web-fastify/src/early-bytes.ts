import type { Duplex } from 'node:stream'
import { Pieces } from './pieces.js'

/** More than this is not kept of a client that does not wait for its answer. */
const mostBytes = 65_536

/** What a client sends while its answer is awaited. */
export interface EarlyBytes {
  /** Ends the reading. @returns what was read; whoever reads the connection next has to begin in the same turn */
  end(): Buffer
}

/** Reads a connection that nobody reads yet, since only so it is noticed that the client leaves: then it is closed. */
export function readEarly(socket: Duplex): EarlyBytes {
  const pieces = new Pieces()
  const gone = (): void => void socket.destroy()
  const take = (chunk: Buffer): void => {
    pieces.add(chunk)
    if (pieces.length > mostBytes) gone()
  }
  socket.on('data', take).once('end', gone)
  return {
    end() {
      socket.off('data', take).off('end', gone)
      return pieces.take()
    },
  }
}
