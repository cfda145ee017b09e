/** The answering process of the sides that are plain code. Its only argument says how it answers. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { AnswererKind, AnswererReport } from './hop-answerer.js'
import { PlainFrames } from './plain-frames.js'

const answers: Readonly<Record<AnswererKind, () => Promise<number>>> = {
  raw: () => listen((socket) => void socket.on('data', (chunk) => socket.write(chunk))),
  plain: () =>
    listen((socket) => {
      const frames = new PlainFrames(socket, (id, value) => frames.send(id, value))
    }),
  fork: async () => {
    process.on('message', (message) => {
      if (typeof message === 'object') process.send?.(message)
    })
    return 0
  },
}

process.on('message', (message) => {
  if (message === 'cpu') tell({ report: 'cpu', value: cpuMs() })
})
process.on('disconnect', () => process.exit())
tell({ report: 'port', value: await answers[process.argv[2] as AnswererKind]() }) // the parent names one of them

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, onSocket).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // it listens on TCP
}

function tell(report: AnswererReport): void {
  process.send?.(report)
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
