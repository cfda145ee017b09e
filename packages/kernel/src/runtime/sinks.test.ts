import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, type MillraceEvent, type SinkWriter } from '@millrace/contracts'
import { openSinks, type SinkToOpen } from './sinks.js'

const never = new Promise<never>(() => undefined)

/** A sink that takes everything, and what is told of it. */
function world() {
  const told: unknown[] = []
  const events = createEventEmitter()
  events.subscribe(({ name, facts }: MillraceEvent) => told.push([name, facts]))
  const sink = (
    name: string,
    { opens, closes }: Partial<Record<'opens' | 'closes', Promise<void>>> = {},
  ): SinkToOpen => {
    const writer: SinkWriter<unknown> = {
      write: () => undefined,
      close: async () => {
        await closes
        told.push(`${name} is closed`)
      },
    }
    return { node: name.length, name, open: async () => await (opens ?? Promise.resolve()).then(() => writer) }
  }
  return { events, told, sink }
}

describe('openSinks', () => {
  it('gives up a sink that is not open in time, closes those before it, and it too when it comes', async () => {
    const { events, told, sink } = world()
    let comes: () => void = () => undefined
    const opens = new Promise<void>((resolve) => {
      comes = resolve
    })
    const opening = openSinks([sink('a'), sink('late', { opens })], events, { openMs: 20, closeMs: 5_000 })
    await expect(opening).rejects.toMatchObject({
      code: 'BOOT_NOT_READY',
      message:
        "BOOT_NOT_READY: sink 'late' was not open within 20 ms, so nothing has run; see what its open function waits for",
    })
    expect(told).toEqual(['a is closed'])
    comes()
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual(['a is closed', 'late is closed'])
  })

  it('goes on closing when one sink does not', async () => {
    const { events, told, sink } = world()
    const sinks = await openSinks([sink('a'), sink('hangs', { closes: never })], events, { openMs: 5_000, closeMs: 20 })
    await sinks.close()
    expect(told).toEqual([['service.close_failed', { service: 'hangs', code: 'BOOT_STOP_TIMEOUT' }], 'a is closed'])
  })
})
