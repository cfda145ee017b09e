import { describe, expect, it } from '@jest/globals'
import { checkName, definition, isDefinition } from './definition.js'

describe('isDefinition', () => {
  const node = definition('node', { name: 'price' })

  it('tells a definition from everything else that a module exports', () => {
    expect(isDefinition(node)).toBe(true)
  })

  it.each([undefined, null, 'node', () => node, {}, { kind: 'node', name: 'price' }, [node]])(
    'knows that %p is none',
    (value) => {
      expect(isDefinition(value)).toBe(false)
    },
  )

  it('tells kinds apart', () => {
    expect([isDefinition(node, 'node'), isDefinition(node, 'sink'), isDefinition(node, 'sink', 'node')]).toEqual([
      true,
      false,
      true,
    ])
  })

  it('knows a definition of another copy of this package', () => {
    const foreign = { kind: 'node', name: 'price', [Symbol.for('@millrace/definition')]: true }
    expect(isDefinition(foreign, 'node')).toBe(true)
  })

  it('cannot be changed afterwards', () => {
    expect(() => Object.assign(node, { name: 'other' })).toThrow(TypeError)
  })
})

describe('checkName', () => {
  it.each(['a', 'shop.quote', 'shop.load-attempt', 'A1', 'a_b:c.d-e', 'x'.repeat(128)])('accepts %p', (name) => {
    expect(() => checkName('A node', name)).not.toThrow()
  })

  it.each(['', '1a', 'a..b', '.a', 'a.', 'a b', 'a/b', 'a#1', 'prix-é', 'a\n', 'x'.repeat(129)])(
    'refuses %p',
    (name) => {
      expect(() => checkName('A node', name)).toThrow(
        new TypeError(
          `A node cannot be named ${JSON.stringify(name)}: use letters, digits and single dots or dashes, such as 'shop.quote', at most 128 characters`,
        ),
      )
    },
  )

  it.each([undefined, null, 7, {}])('refuses %p, which is no text', (name) => {
    expect(() => checkName('A node', name as never)).toThrow(TypeError)
  })
})
