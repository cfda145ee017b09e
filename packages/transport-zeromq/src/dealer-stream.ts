import { addressOf, type ConnectionClock, type StreamsParts } from '@millrace/wire/links'
import { Dealer, type Observer } from 'zeromq'
import type { Pass } from './door.js'
import { MessageReader } from './message-reader.js'
import { lingerMs, socketOptions } from './socket-options.js'
import { type StreamEnd, ZeromqStream } from './zeromq-stream.js'

/** Each says that the one connection of a socket is gone, or never was: it does not connect again. */
const goneEvents: ReadonlySet<string> = new Set([
  'close',
  'disconnect',
  'end',
  'handshake:error:protocol',
  'handshake:error:auth',
  'handshake:error:other',
])

/** What a stream that is dialled is made of. */
interface DealerParts extends StreamsParts {
  readonly clock: ConnectionClock
}

/** Dials a slot: a DEALER of its own for each link, because a DEALER deals what it sends out to all that it is connected with. */
export function dealerStream(port: number, pass: Pass, { clock, ...parts }: DealerParts): ZeromqStream {
  const dealer = new Dealer({ ...socketOptions, ...pass, reconnectInterval: -1 })
  const observer = observerOf(dealer)
  const reader = new MessageReader(dealer, { clock, ...parts })
  const stream: ZeromqStream = new ZeromqStream({
    clock,
    watch: parts.watch,
    emptyAt: clock.monotonic(),
    reader,
    outlet: {
      // Nothing more fits into its queue.
      send: (message) => void dealer.send(message).catch(() => stream.vanish()),
      close(end) {
        close(dealer, end)
        keep(observer)
      },
    },
  })
  // What has come before is read first.
  void untilGone(observer).then(() => setImmediate(() => stream.vanish()))
  dealer.connect(addressOf(port))
  void reader.read((message) => stream.receive(message.length === 1 ? message[0] : undefined))
  return stream
}

/** Watches a socket; undefined when it cannot be watched. */
function observerOf(dealer: Dealer): Observer | undefined {
  try {
    return dealer.events
  } catch {
    // Its monitor has no name: see `keep`. Whoever dials will dial again.
    return undefined
  }
}

/** Resolves when the connection of a socket is gone; at once when it is not watched, because that would not be noticed. */
async function untilGone(observer: Observer | undefined): Promise<void> {
  try {
    while (observer?.closed === false) {
      const { type } = await observer.receive()
      if (goneEvents.has(type)) return
    }
  } catch {
    // It is closed with its socket.
  }
}

function close(dealer: Dealer, end: StreamEnd): void {
  dealer.linger = end === 'finished' ? lingerMs : 0
  dealer.close()
}

/**
 * The binding names the monitor of a socket after the memory of its observer, and libzmq forgets the name some time after the
 * socket was closed. Until then no other observer may get that memory, or its socket could not be watched.
 */
function keep(observer: Observer | undefined): void {
  setTimeout((kept: unknown) => kept, 10 * lingerMs, observer).unref()
}
