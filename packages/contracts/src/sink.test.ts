import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { defineMessage } from './message.js'
import { token } from './service.js'
import { defineSink } from './sink.js'

const Line = defineMessage('file.line', Type.Object({ text: Type.String() }))
const Clock = token<() => number>('clock')

describe('defineSink', () => {
  it('fills in every default', () => {
    const open = () => ({ write: () => undefined })
    expect(defineSink({ name: 'file', consumes: Line, open })).toEqual(
      expect.objectContaining({
        kind: 'sink',
        name: 'file',
        stage: undefined,
        tags: [],
        runner: 'io',
        consumes: [Line],
        inject: {},
        config: undefined,
        open,
      }),
    )
  })

  it('opens into a writer of its own each time', async () => {
    const memory = defineSink({
      name: 'memory',
      consumes: Line,
      open() {
        const lines: string[] = []
        return { write: ({ text }) => void lines.push(text), complete: () => ({ lines }) }
      },
    })
    const [first, second] = [await memory.open({} as never), await memory.open({} as never)]
    await first.write({ text: 'a' }, {} as never)
    expect([await first.complete?.(), await second.complete?.()]).toEqual([{ lines: ['a'] }, { lines: [] }])
  })

  it.each(['config', 'signal', 'log', 'resume'])('refuses an injection that would hide %s', (name) => {
    const open = () => ({ write: () => undefined })
    expect(() => defineSink({ name: 'file', consumes: Line, inject: { [name]: Clock }, open })).toThrow(
      `injects something as '${name}', which the context already has`,
    )
  })

  it('refuses a malformed name', () => {
    expect(() => defineSink({ name: '-', consumes: Line, open: () => ({ write: () => undefined }) })).toThrow(
      /^A sink cannot be named "-"/,
    )
  })
})
