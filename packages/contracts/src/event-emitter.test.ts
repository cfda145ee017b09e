import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, type MillraceEvent } from './event-emitter.js'
import { eventList } from './events.js'
import type { Facts } from './millrace-error.js'
import { createRedactor, redacted } from './redaction.js'

describe('eventList', () => {
  it.each(Object.entries(eventList))('%s has a level and a sentence', (name, { level, says }) => {
    expect(name).toMatch(/^[a-z_]+\.[a-z_]+$/)
    expect(['debug', 'info', 'warn', 'error']).toContain(level)
    expect(says).toMatch(/^[A-Z].*\.$/)
  })
})

describe('EventEmitter', () => {
  it('tells every listener name, level, time and facts', () => {
    const emitter = createEventEmitter({ clock: () => 1234 })
    const first: MillraceEvent[] = []
    const second: MillraceEvent[] = []
    emitter.subscribe((event) => void first.push(event))
    emitter.subscribe((event) => void second.push(event))
    emitter.emit('source.exhausted', { source: 'lines', roots: 3 })
    const event = { name: 'source.exhausted', level: 'info', at: 1234, facts: { source: 'lines', roots: 3 } }
    expect([first, second]).toEqual([[event], [event]])
  })

  it('takes the level of the list unless another is given', () => {
    const emitter = createEventEmitter()
    const levels: string[] = []
    emitter.subscribe(({ level }) => void levels.push(level))
    emitter.emit('root.failed')
    emitter.emit('node.log', { message: 'x' }, 'error')
    expect(levels).toEqual(['warn', 'error'])
  })

  it('redacts facts on the way', () => {
    const redactor = createRedactor()
    redactor.protect(Buffer.from('correct horse'))
    const emitter = createEventEmitter({ redactor })
    const heard: Facts[] = []
    emitter.subscribe(({ facts }) => void heard.push(facts))
    emitter.emit('node.log', { message: 'it is correct horse', password: 'x' })
    expect(emitter.redactor).toBe(redactor)
    expect(heard).toEqual([{ message: `it is ${redacted}`, password: redacted }])
  })

  it('goes on when a listener throws or rejects', async () => {
    const emitter = createEventEmitter()
    const heard: string[] = []
    emitter.subscribe(() => {
      throw new Error('a broken listener')
    })
    // biome-ignore lint/nursery/noMisusedPromises: a user may do it, and must not end the process by it
    emitter.subscribe(async () => {
      throw new Error('a broken asynchronous listener')
    })
    emitter.subscribe(({ name }) => void heard.push(name))
    emitter.emit('runtime.ready')
    // An unhandled rejection would fail this test at the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual(['runtime.ready'])
  })

  it('stops telling a listener that has unsubscribed, also within the same event', () => {
    const emitter = createEventEmitter()
    const heard: string[] = []
    const endFirst = emitter.subscribe(() => {
      heard.push('first')
      endSecond()
    })
    const endSecond = emitter.subscribe(() => void heard.push('second'))
    emitter.emit('runtime.ready')
    endFirst()
    endFirst()
    emitter.emit('runtime.ready')
    expect(heard).toEqual(['first'])
  })

  it('computes nothing while nobody listens', () => {
    const touched: string[] = []
    const clock = (): number => touched.push('clock')
    const facts = Object.defineProperty({}, 'node', { enumerable: true, get: () => touched.push('facts') })
    const emitter = createEventEmitter({ clock })
    emitter.emit('runtime.ready', facts)
    emitter.subscribe(() => undefined)()
    emitter.emit('runtime.ready', facts)
    expect(touched).toEqual([])
  })
})
