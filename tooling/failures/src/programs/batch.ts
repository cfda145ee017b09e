/** A batch: orders are read or made, priced and audited in a process of their own, and written as lines. */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { defineMessage, defineNode, defineSink, defineSource, Type } from '@millrace/kernel'
import { marked, thrownText } from './marked.js'
import { misbehave, misbehaviour } from './misbehaviour.js'
import './telling-tracer.js'

export const Order = defineMessage('failures.order', Type.Object({ n: Type.Integer(), password: Type.String() }))
const Priced = defineMessage('failures.priced', Type.Object({ n: Type.Integer(), cents: Type.Integer() }))

const { password } = marked

export const orders = defineSource({
  name: 'orders',
  emits: [Order],
  config: Type.Object({
    count: Type.Integer({ default: 1000 }),
    pauseMs: Type.Integer({ default: 0 }),
    path: Type.Optional(Type.String()),
  }),
  async *read({ config: { count, pauseMs, path }, log }) {
    if (path !== undefined) {
      const file = await open(path)
      for await (const line of file.readLines()) yield Order.of({ n: Number(line), password })
      return
    }
    for (let n = 1; n <= count; n++) {
      yield Order.of({ n, password })
      if (n === 100) log.info('a hundred orders are sent', { password })
      if (pauseMs > 0) await delay(pauseMs)
    }
  },
})

export const price = defineNode({
  name: 'price',
  consumes: Order,
  emits: [Priced],
  config: misbehaviour,
  handle({ n }, { config }) {
    misbehave(n, config)
    return Priced.of({ n, cents: n * 21 })
  },
})

export const audit = defineNode({
  name: 'audit',
  consumes: Order,
  emits: [],
  onError: 'drop',
  handle({ n, password: given }, { log }) {
    if (n % 100 !== 50) return
    log.debug('an order is audited', { n, password: given })
    throw new Error(`${thrownText}: ${given} does not fit`)
  },
})

export const lines = defineSink({
  name: 'lines',
  consumes: Priced,
  config: Type.Object({ path: Type.String() }),
  async open({ config }) {
    const file = createWriteStream(config.path, { highWaterMark: 4096 })
    await once(file, 'open')
    let failure: Error | undefined
    file.on('error', (error) => {
      failure = error
    })
    return {
      async write({ n, cents }) {
        if (failure !== undefined) throw failure
        if (!file.write(`${n} ${cents}\n`)) await once(file, 'drain')
      },
      complete: () =>
        new Promise((resolve, reject) => {
          if (failure !== undefined) return reject(failure)
          file.end(() => resolve({}))
        }),
      close: () => void file.destroy(),
    }
  },
})
