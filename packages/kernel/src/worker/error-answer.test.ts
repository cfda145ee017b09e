import { describe, expect, it } from '@jest/globals'
import { type Facts, MillraceError } from '@millrace/contracts'
import { errorAnswer } from './error-answer.js'

describe('errorAnswer', () => {
  it('takes along what another process takes of facts that are none', () => {
    const facts: object = { count: 7, make: () => 1, nested: { list: [Symbol('s')] } }
    const thrown = new MillraceError('SINK_FAILED', 'on purpose', { facts: facts as Facts }) // as code in JavaScript may
    const answer = structuredClone(errorAnswer(thrown))
    expect(answer).toMatchObject({ code: 'SINK_FAILED', facts: { count: 7 } })
    expect(Object.keys(answer.facts)).toEqual(['count'])
  })
})
