import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

/** Starts a program of this folder that answers, and waits until it says that it is ready. */
export async function startAnswerer(program, args = []) {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, { execArgv: [] })
  await heard(child, 'ready')
  return {
    async cpuMs() {
      child.send('cpu')
      return (await heard(child, 'cpu')).cpuMs
    },
    async close() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

/** What an answering program does when it is ready: it tells its parent, and lives as long as that does. */
export function becomeAnswerer() {
  process.on('disconnect', () => process.exit())
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send({ said: 'cpu', cpuMs: (user + system) / 1000 })
  })
  process.send({ said: 'ready' })
}

/** Ports that are free now. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

async function heard(child, what) {
  for (;;) {
    const [message] = await once(child, 'message')
    if (message.said === what) return message
  }
}
