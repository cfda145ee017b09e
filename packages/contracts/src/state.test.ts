import { describe, expect, it } from '@jest/globals'
import { Type } from 'typebox'
import { defineState } from './state.js'

describe('defineState', () => {
  it('describes what may be remembered', () => {
    const schema = Type.Object({ cents: Type.Integer() })
    expect(defineState('fund.window', schema)).toMatchObject({ kind: 'state', name: 'fund.window', schema })
  })

  it('refuses a malformed name', () => {
    expect(() => defineState('fund window', Type.Integer())).toThrow(/^A state type cannot be named "fund window"/)
  })
})
