import { describe, expect, it } from '@jest/globals'
import { errorCodes, isErrorCode } from './error-codes.js'

describe('errorCodes', () => {
  it.each(Object.entries(errorCodes))('%s is upper case words and one sentence', (code, sentence) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
    expect(sentence).toMatch(/^[A-Z].*\.$/)
  })

  it('no two codes mean the same', () => {
    expect(new Set(Object.values(errorCodes)).size).toBe(Object.keys(errorCodes).length)
  })
})

describe('isErrorCode', () => {
  it.each(['CONFIG_INVALID', 'RESUME_MISMATCH'])('knows %s', (code) => {
    expect(isErrorCode(code)).toBe(true)
  })

  it.each(['config_invalid', 'TOO_BAD', '', 'toString', '__proto__', 7, null, undefined, ['NODE_FAILED']])(
    'does not know %p',
    (text) => {
      expect(isErrorCode(text)).toBe(false)
    },
  )
})
