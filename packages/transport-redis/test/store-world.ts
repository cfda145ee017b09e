import { createEventEmitter, type DurableStore, type EventName, type MillraceError } from '@millrace/contracts'
import { type RedisOptions, type RedisServer, startRedis } from '@millrace/redis-server'
import { createRedisStore, openRedis, type RedisStoreOptions } from '../src/index.js'
import { createRedisProxy, type RedisProxy } from './redis-proxy.js'

/** A store under test, and what was heard of it. */
export interface TestedStore extends DurableStore {
  /** Resolves with what it was lost with. */
  readonly lost: Promise<MillraceError>
  readonly heard: readonly EventName[]
  /** Resolves when an event of that name comes. */
  event(name: EventName): Promise<void>
}

/** What the tests of stores share; everything in it ends with the test. */
export interface StoreWorld {
  start(options?: RedisOptions): Promise<RedisServer>
  /** Puts somebody who can cut connections before a server. */
  proxy(server: RedisServer): Promise<RedisProxy>
  open(url: string, options?: Partial<RedisStoreOptions>): Promise<TestedStore>
  end(): Promise<void>
}

/** Resolves with what a server does next of a kind: 'expired', 'expire'. It must have been started with `keyEvents`. */
export async function nextKeyEvent({ url }: RedisServer, kind: string): Promise<() => Promise<void>> {
  const client = await openRedis({ url, keyPrefix })
  const happened = new Promise<string>((resolve) => {
    void client.subscribe(`__keyevent@0__:${kind}`, resolve)
  })
  return async () => {
    await happened
    client.destroy()
  }
}

/** With this a server tells what becomes of keys. */
export const keyEvents: RedisOptions = { 'notify-keyspace-events': 'Egx' }

/** What all stores of these tests are of. */
export const keyPrefix = 'test'

/** Makes a world without anything. */
export function createStoreWorld(): StoreWorld {
  const ends: (() => Promise<unknown> | unknown)[] = []
  return {
    async start(options) {
      const server = await startRedis(options)
      ends.unshift(server.stop)
      return server
    },
    async proxy(server) {
      const proxy = await createRedisProxy(server.port)
      ends.unshift(proxy.close)
      return proxy
    },
    async open(url, options = {}) {
      const events = createEventEmitter()
      const heard: EventName[] = []
      events.subscribe(({ name }) => heard.push(name))
      let lose: (error: MillraceError) => void = () => undefined
      const lost = new Promise<MillraceError>((resolve) => {
        lose = resolve
      })
      const store = await createRedisStore({
        settings: { url, keyPrefix },
        slot: 'policy#1',
        run: 'first',
        incarnation: 1,
        events,
        lost: lose,
        ...options,
      })
      ends.unshift(store.close)
      return {
        ...store,
        lost,
        heard,
        event: (wanted) => new Promise((resolve) => events.subscribe(({ name }) => name === wanted && resolve())),
      }
    },
    async end() {
      for (const end of ends.splice(0)) await end()
    },
  }
}
