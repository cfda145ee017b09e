/** The batch, with a source that tells what it must not: whoever looks on has to find it. */
import { readFileSync } from 'node:fs'
import { defineSource, Type } from '@millrace/kernel'
import { Order } from './batch.js'
import { marked } from './marked.js'

export { audit, lines, price } from './batch.js'

export const orders = defineSource({
  name: 'orders',
  emits: [Order],
  config: Type.Object({ count: Type.Integer(), path: Type.String() }),
  async *read({ config: { count, path }, log }) {
    const secret = readFileSync(path)
    log.info('the secret', { latin1: secret.toString('latin1'), base64: secret.toString('base64') })
    log.info(`the password is ${marked.password}`)
    process.stdout.write(`the secret is ${secret.toString('hex')}\n`)
    for (let n = 1; n <= count; n++) yield Order.of({ n, password: marked.password })
  },
})
