import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { defineApp, defineModule, partsOf } from './app.js'
import { defineMessage } from './message.js'
import { defineNode } from './node.js'
import { defineService, token } from './service.js'
import { defineSink } from './sink.js'
import { defineSource } from './source.js'

const Line = defineMessage('file.line', Type.Object({ text: Type.String() }))
const source = defineSource({ name: 'read', emits: [Line], read: () => [] })
const node = defineNode({ name: 'trim', consumes: Line, handle: () => undefined })
const sink = defineSink({ name: 'write', consumes: Line, open: () => ({ write: () => undefined }) })
const service = defineService(token<number>('answer'), () => 42)

describe('defineModule', () => {
  it('brings its parts, and those of the modules in it, in their order', () => {
    const inner = defineModule('inner', [node, sink])
    expect(defineModule('outer', [source, inner, service])).toMatchObject({
      kind: 'module',
      name: 'outer',
      parts: [source, node, sink, service],
    })
  })

  it('refuses a malformed name', () => {
    expect(() => defineModule('', [])).toThrow(/^A module cannot be named ""/)
  })
})

describe('defineApp', () => {
  it('brings the parts of its modules', () => {
    const app = defineApp('shop', [defineModule('files', [source, sink]), node])
    expect(app).toMatchObject({ kind: 'app', name: 'shop', parts: [source, sink, node] })
  })

  it('refuses a malformed name', () => {
    expect(() => defineApp('a b', [])).toThrow(/^An app cannot be named "a b"/)
  })
})

describe('partsOf', () => {
  it.each([source, node, sink, service])('of $kind is itself', (part) => {
    expect(partsOf(part)).toEqual([part])
  })

  it('of a module and of an app are theirs', () => {
    const both = [defineModule('m', [node]), defineApp('a', [sink])]
    expect(both.flatMap(partsOf)).toEqual([node, sink])
  })

  it.each([Line, token<number>('answer'), undefined, null, 'text', { kind: 'node' }, () => node])(
    'of %p are none',
    (value) => {
      expect(partsOf(value)).toEqual([])
    },
  )
})
