/** NestJS: a microservice over its TCP transport, asked by its client. */
import 'reflect-metadata'
import { ClientProxyFactory, Transport } from '@nestjs/microservices'
import { firstValueFrom } from 'rxjs'
import { freePorts, startAnswerer } from './answerer.mjs'

export async function open() {
  const [port] = await freePorts(1)
  const answerer = await startAnswerer('nest-answerer.mjs', [String(port)])
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } })
  await client.connect()
  return {
    call: (payload, done) => void firstValueFrom(client.send('echo', payload)).then(done),
    answererCpuMs: () => answerer.cpuMs(),
    async close() {
      await client.close()
      await answerer.close()
    },
  }
}
