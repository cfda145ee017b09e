import { describe, expect, it } from '@jest/globals'
import { OutputLine } from '../messages.js'
import { format } from './format.js'

describe('format', () => {
  it.each([
    ['15887', '528', true, 'ACCEPTED', '{"id":"15887","customer_id":"528","accepted":true}'],
    ['', '528', false, 'ID_INVALID', '{"id":"","customer_id":"528","accepted":false}'],
  ] as const)('writes id %j of customer %j', (id, customer_id, accepted, reason, text) => {
    expect(format.handle({ id, customer_id, accepted, reason })).toEqual(OutputLine.of({ text, reason }))
  })
})
