import { describe, expect, it } from '@jest/globals'
import { createRuntime, defineSink, defineSource, type Runtime } from '../src/index.js'
import { codeOf, Step, turn } from './shop.js'

/** What a source and a sink have seen. */
interface Seen {
  read: number
  readonly written: number[]
  isClosed: boolean
}

const nothing = (): Seen => ({ read: 0, written: [], isClosed: false })

function endless(seen: Seen) {
  return defineSource({
    name: 'numbers',
    emits: [Step],
    *read() {
      for (;;) yield Step.of({ n: seen.read++ })
    },
  })
}

function book(seen: Seen, write: (n: number) => void = () => undefined) {
  return defineSink({
    name: 'book',
    consumes: Step,
    open: () => ({
      write({ n }) {
        seen.written.push(n)
        write(n)
      },
      async close() {
        await turn()
        seen.isClosed = true
      },
    }),
  })
}

const overlay = { adapters: { numbers: {}, book: {} } }

describe('stop', () => {
  it.each(['runtime.starting', 'runtime.ready', 'runtime.running', 'runtime.draining'])(
    'called by a listener of %s is done, for whoever calls it, when sinks are closed; nothing is read then',
    async (name) => {
      const seen = nothing()
      const app = await createRuntime({ nodes: [endless(seen), book(seen)], overlay })
      const closedAt: boolean[] = []
      const stop = async (): Promise<void> => {
        await app.stop()
        closedAt.push(seen.isClosed)
      }
      const fromWithin: Promise<void>[] = []
      app.subscribe((event) => {
        if (event.name === name) fromWithin.push(stop())
      })
      await app.start()
      await stop()
      await Promise.all(fromWithin)
      expect(closedAt).toEqual([true, true])
      const { read } = seen
      await turn()
      expect(seen.read).toBe(read)
      expect((await app.snapshot()).phase).toBe('stopped')
    },
  )

  it('called while a sink writes is graceful as soon as it has written', async () => {
    const seen = nothing()
    let stopped: Promise<string> | undefined
    const stopAtThree = book(seen, (n) => {
      if (n === 3) stopped = app.stop()
    })
    const app: Runtime = await createRuntime({ nodes: [endless(seen), stopAtThree], overlay })
    expect(await codeOf(app.run())).toBe('SHUTTING_DOWN')
    expect(await stopped).toBe('graceful')
    expect(seen.written).toEqual([0, 1, 2, 3])
  })

  it('called where a source begins to read keeps it from being read', async () => {
    const seen = nothing()
    const numbers = defineSource({
      name: 'numbers',
      emits: [Step],
      read() {
        void app.stop()
        return [Step.of({ n: 0 })]
      },
    })
    const app: Runtime = await createRuntime({ nodes: [numbers, book(seen)], overlay })
    expect(await codeOf(app.run())).toBe('SHUTTING_DOWN')
    expect(seen.written).toEqual([])
  })
})

describe('a source that cannot be read', () => {
  it('ends the run before any other source is read', async () => {
    const seen = nothing()
    const missing = defineSource({
      name: 'missing',
      emits: [Step],
      read() {
        throw new Error('no such file')
      },
    })
    const nodes = [missing, endless(seen), book(seen)]
    const app = await createRuntime({ nodes, overlay: { adapters: { ...overlay.adapters, missing: {} } } })
    expect(await codeOf(app.run())).toBe('SOURCE_FAILED')
    expect(seen).toMatchObject({ read: 0, written: [] })
  })
})
