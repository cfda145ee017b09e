import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { characterArbitrary } from './character-arbitrary.js'

describe('characterArbitrary', () => {
  it('gives one character of Unicode, which is no half of one', () => {
    fc.assert(
      fc.property(characterArbitrary(), (character) => {
        expect([[...character].length, Buffer.from(character).toString()]).toEqual([1, character])
      }),
    )
  })

  it.each(['\0', 'a', '\ud7ff', '\ue000', '\u{10ffff}'])('gives %j, which a string can be shrunk to', (character) => {
    expect(characterArbitrary().canShrinkWithoutContext(character)).toBe(true)
  })

  it.each(['', 'ab', '\ud800', '\udfff'])('does not give %j', (text) => {
    expect(characterArbitrary().canShrinkWithoutContext(text)).toBe(false)
  })

  it('lets strings hold names that are dangerous in objects', () => {
    const strings = fc.sample(fc.string({ unit: characterArbitrary() }), { numRuns: 5000, seed: 1 })
    expect(strings.join(' ')).toContain('__proto__')
  })
})
