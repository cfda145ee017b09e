import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { defineMessage } from './message.js'
import { token } from './service.js'
import { defineSource } from './source.js'

const Line = defineMessage('file.line', Type.Object({ text: Type.String() }))
const Clock = token<() => number>('clock')

describe('defineSource', () => {
  it('fills in every default', () => {
    const read = () => []
    expect(defineSource({ name: 'lines', emits: [Line], read })).toEqual(
      expect.objectContaining({
        kind: 'source',
        name: 'lines',
        stage: undefined,
        tags: [],
        runner: 'io',
        emits: [Line],
        inject: {},
        config: undefined,
        read,
      }),
    )
  })

  it('is read like a function, one message or a batch at a time', () => {
    const lines = defineSource({
      name: 'lines',
      emits: [Line],
      inject: { clock: Clock },
      *read({ clock }) {
        yield Line.of({ text: String(clock()) })
        yield [Line.of({ text: 'b' }), Line.of({ text: 'c' })]
      },
    })
    const context = { config: {}, signal: new AbortController().signal, clock: () => 7 } as never
    expect([...(lines.read(context) as Iterable<unknown>)]).toEqual([
      Line.of({ text: '7' }),
      [Line.of({ text: 'b' }), Line.of({ text: 'c' })],
    ])
  })

  it.each(['config', 'signal', 'log', 'progress', 'mark', 'resume'])(
    'refuses an injection that would hide %s',
    (name) => {
      expect(() => defineSource({ name: 'lines', emits: [Line], inject: { [name]: Clock }, read: () => [] })).toThrow(
        `injects something as '${name}', which the context already has`,
      )
    },
  )

  it('refuses a malformed name', () => {
    expect(() => defineSource({ name: '', emits: [Line], read: () => [] })).toThrow(/^A source cannot be named ""/)
  })
})
