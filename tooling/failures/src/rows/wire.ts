/** Strangers at the port of a worker. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { listeningPort } from '@millrace/conformance'
import { createEventEmitter, isMillraceError, type MillraceEvent } from '@millrace/contracts'
import { createTcpTransport } from '@millrace/transport-tcp-secure'
import { linkKey } from '@millrace/wire'
import { type Failure, nothing, type Seen } from '../failure.js'
import { eventOf, pidOf, seenOf } from '../observe.js'
import { inTime, type Stage } from '../stage.js'
import { batch } from './workers.js'

/** Somebody turns up at the port of the worker that prices, in the middle of a batch. */
async function visited(stage: Stage, visit: (port: number) => Promise<void>): Promise<Seen> {
  const run = stage.run(batch(stage, { orders: { pauseMs: 5 } }))
  await run.said('a hundred orders are sent')
  await inTime('a stranger to be shown out', visit(listeningPort(pidOf(run, 'pricing#1'))))
  return seenOf(stage, run, () => ({ event: eventOf(run, 'security.refused', ['code']), counted: nothing }))
}

/** A stranger sends something, and nothing more. */
function sends(bytes: Buffer): (port: number) => Promise<void> {
  return async (port) => {
    const stranger = connect(port, '127.0.0.1').on('error', () => undefined)
    stranger.write(bytes)
    await new Promise((resolve) => void stranger.once('close', resolve))
  }
}

/** A stranger claims to be the worker that reads, and has another key. */
async function pretends(port: number): Promise<void> {
  const impostor = createTcpTransport({ ...identity, keyOf: keysOf(randomBytes(32)), events: createEventEmitter() })
  try {
    await impostor.dial('in#1', { slot: 'pricing#1', address: addressOf(port) }, AbortSignal.timeout(30_000))
    throw new Error('a link was opened')
  } catch (error) {
    if (!isMillraceError(error)) throw error
  } finally {
    await impostor.close()
  }
}

const identity = { run: '0123456789abcdef'.repeat(2), planHash: 'plan', incarnation: 1 }

function keysOf(master: Uint8Array): (one: string, other: string) => Uint8Array {
  return (one, other) => linkKey(master, one, other)
}

function addressOf(port: number | undefined): string {
  return `tcp://127.0.0.1:${port}`
}

/** Two slots, and somebody between them who keeps what the first one sends. */
async function replayed(stage: Stage): Promise<Seen> {
  const refused: MillraceEvent[] = []
  const events = createEventEmitter()
  let hear: () => void = () => undefined
  const heard = new Promise<void>((resolve) => {
    hear = resolve
  })
  const master = stage.secrets.master()
  events.redactor.protect(master)
  events.subscribe((event) => {
    stage.say('an event', JSON.stringify(event))
    if (event.name !== 'security.refused') return
    refused.push(event)
    hear()
  })
  const options = { ...identity, keyOf: keysOf(master) }
  const [near, far] = [
    createTcpTransport({ ...options, events: createEventEmitter() }),
    createTcpTransport({ ...options, events }),
  ]
  let links = 0
  const { endpoint } = await far.listen('far#1', () => void links++)
  const port = Number(new URL(endpoint.address).port)
  const captured: Buffer[] = []
  const carried: Socket[] = []
  const proxy = createServer((socket) => {
    carried.push(socket)
    carry(socket, connect(port, '127.0.0.1'), captured)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  const proxyPort = typeof address === 'object' ? address?.port : 0
  try {
    await near.dial('near#1', { slot: 'far#1', address: addressOf(proxyPort) }, AbortSignal.timeout(30_000))
    const replay = connect(port, '127.0.0.1').on('error', () => undefined)
    replay.write(Buffer.concat(captured))
    await inTime('the replayed frames to be refused', heard)
    replay.destroy()
    if (links !== 1) throw new Error(`${links} links were opened`)
    return {
      exitCode: nothing,
      code: nothing,
      event: `\`security.refused\`, code \`${refused[0]?.facts.code}\``,
      counted: '1 link opened',
      lost: 'nothing',
    }
  } finally {
    proxy.close()
    for (const socket of carried) socket.destroy()
    await Promise.all([near.close(), far.close()])
  }
}

function carry(from: Socket, to: Socket, captured: Buffer[]): void {
  from.on('data', (bytes: Buffer) => void captured.push(bytes))
  from.pipe(to).pipe(from)
  for (const socket of [from, to]) socket.on('error', () => undefined)
}

export const wireFailures: readonly Failure[] = [
  {
    fault: 'a stranger sends half a frame and waits',
    made: 'a connection to the port of a worker',
    make: (stage) => visited(stage, sends(Buffer.from([0, 0, 0, 200, 2, 1, 0, 0]))),
  },
  {
    fault: 'a stranger signs with a wrong key',
    made: 'a handshake in the name of another worker',
    make: (stage) => visited(stage, pretends),
  },
  {
    fault: 'a stranger announces a frame that is too large',
    made: 'a connection to the port of a worker',
    make: (stage) => visited(stage, sends(Buffer.from([0x7f, 0xff, 0xff, 0xff, 2, 1, 0, 0]))),
  },
  {
    fault: 'somebody repeats what a worker has sent',
    made: 'a capture between two workers, sent again over a connection of its own',
    make: replayed,
  },
]
