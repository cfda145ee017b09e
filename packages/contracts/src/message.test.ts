import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { isDefinition } from './definition.js'
import { defineBytes, defineMessage } from './message.js'

const schema = Type.Object({ cents: Type.Integer() })

describe('defineMessage', () => {
  it('describes a JSON payload that is no reply unless it says so', () => {
    const Price = defineMessage('shop.price', schema)
    expect(Price).toMatchObject({ kind: 'message', name: 'shop.price', schema, encoding: 'json', reply: false })
    expect(defineMessage('shop.price', schema, { reply: true }).reply).toBe(true)
    expect(isDefinition(Price, 'message')).toBe(true)
  })

  it('makes messages that keep the payload by reference', () => {
    const Price = defineMessage('shop.price', schema)
    const payload = { cents: 42 }
    const message = Price.of(payload)
    expect([message.type, message.payload, message.to]).toEqual([Price, payload, undefined])
    expect(message.payload).toBe(payload)
  })

  it('makes messages for one target', () => {
    expect(defineMessage('shop.price', schema).of({ cents: 1 }, { to: 'audit' }).to).toBe('audit')
  })

  it('makes messages also when `of` is passed as a function', () => {
    const { of } = defineMessage('shop.price', schema)
    expect([{ cents: 1 }, { cents: 2 }].map((payload) => of(payload).payload)).toEqual([{ cents: 1 }, { cents: 2 }])
  })

  it.each(['', 'two words', 'a..b'])('refuses the name %p', (name) => {
    expect(() => defineMessage(name, schema)).toThrow(/^A message type cannot be named /)
  })
})

describe('defineBytes', () => {
  it('describes a payload of bytes, which has no schema', () => {
    const Photo = defineBytes('shop.photo', { reply: true })
    expect(Photo).toMatchObject({ kind: 'message', name: 'shop.photo', encoding: 'bytes', reply: true })
    expect(Photo.schema).toBeUndefined()
    expect(Photo.of(Uint8Array.of(1, 2)).payload).toEqual(Uint8Array.of(1, 2))
  })

  it('refuses a malformed name', () => {
    expect(() => defineBytes('two words')).toThrow(/^A message type cannot be named "two words"/)
  })

  it.each(['image/png', 'text/csv; charset=utf-8', 'application/vnd.shop+json;v="1 a"'])(
    'takes the media type %s',
    (mediaType) => {
      expect(defineBytes('shop.photo', { mediaType }).mediaType).toBe(mediaType)
    },
  )

  it.each([
    '',
    'png',
    'image png',
    'image/',
    'image/png;',
    'image/png\r\nset-cookie: a=b',
    'image/png\n',
    'bild/größe',
  ])('refuses %j as a media type', (mediaType) => {
    expect(() => defineBytes('shop.photo', { mediaType })).toThrow(
      `Message type 'shop.photo' cannot have the media type ${JSON.stringify(mediaType)}: it is a type and a subtype`,
    )
  })
})
