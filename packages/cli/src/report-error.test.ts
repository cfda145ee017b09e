import { describe, expect, it } from '@jest/globals'
import { createRedactor, MillraceError } from '@millrace/contracts'
import { errorText, reportError } from './report-error.js'

describe('reportError', () => {
  it('tells the message, its causes, and what to do', () => {
    const cause = new TypeError('no price', { cause: new Error('the list is empty') })
    const told: string[] = []
    const stderr = { write: (text: string) => told.push(text) }
    reportError(
      new MillraceError('NODE_FAILED', "node 'price' threw", { cause }),
      { stderr },
      { advice: 'fill the list' },
    )
    expect(told).toEqual([
      "NODE_FAILED: node 'price' threw\n  caused by: TypeError: no price\n  caused by: Error: the list is empty\nfill the list\n",
    ])
  })

  it('does not repeat a cause that the message has told already, but tells what is below it', () => {
    const cause = new Error('EACCES: permission denied', { cause: new Error('mount is read-only') })
    const error = new MillraceError('BOOT_START_FAILED', 'nothing has run: EACCES: permission denied', { cause })
    expect(errorText(error)).toBe(
      'BOOT_START_FAILED: nothing has run: EACCES: permission denied\n  caused by: Error: mount is read-only',
    )
  })

  it('tells every error of an AggregateError', () => {
    const error = new AggregateError([new Error('one'), new RangeError('two')], 'both failed')
    expect(errorText(error)).toBe('AggregateError: both failed\n  caused by: Error: one\n  caused by: RangeError: two')
  })

  it('ends where causes form a circle', () => {
    const error = new Error('first')
    error.cause = new Error('second', { cause: error })
    expect(errorText(error)).toBe('Error: first\n  caused by: Error: second')
  })

  it.each([
    ['text', "something was thrown that is no error: 'text'"],
    [undefined, 'something was thrown that is no error: undefined'],
    [{ code: 7 }, 'something was thrown that is no error: { code: 7 }'],
    [Object.create(null), 'something was thrown that is no error: [Object: null prototype] {}'],
    [new RangeError(), 'RangeError'],
  ])('tells %p, which has no message', (thrown, text) => {
    expect(errorText(thrown)).toBe(text)
  })

  it('shows where it was thrown only when it is asked to', () => {
    const error = new Error('here')
    error.stack = 'Error: here\n    at one (a.js:1:2)\n    at two (b.js:3:4)'
    expect(errorText(error)).toBe('Error: here')
    expect(errorText(error, { verbose: true })).toBe('Error: here\n  at one (a.js:1:2)\n  at two (b.js:3:4)')
  })

  it('takes secrets out of messages and causes', () => {
    const redactor = createRedactor()
    redactor.protect(Buffer.from('a-secret-of-32-bytes-or-even-more'))
    const cause = new Error('refused a-secret-of-32-bytes-or-even-more')
    expect(errorText(new Error('no', { cause }), { redactor })).toBe(
      'Error: no\n  caused by: Error: refused [redacted]',
    )
  })

  it('writes no control character but line ends', () => {
    expect(errorText(new Error('a\nb\u001b[2J\tc\u009b\r'))).toBe('Error: a\nb\\u001b[2J\\tc\\u009b\\r')
  })
})
