import { describe, expect, it } from '@jest/globals'
import { createRedactor, type MillraceEvent } from '@millrace/contracts'
import { prettyLogLine } from './log-line.js'

const owner = { scenario: 'shop', group: '', slot: '@app#1', incarnation: 1, run: 'ab'.repeat(16) }
const event: MillraceEvent = {
  name: 'node.log',
  level: 'warn',
  at: Date.UTC(2026, 10, 2, 9, 30, 0, 123),
  facts: { node: 'price', message: 'no rate for\n\x1b[2J\x9b\\n hunter2hunter2', tries: 2 },
}

describe('prettyLogLine', () => {
  it('makes one line for people, without secrets, control characters and what is the same in every line', () => {
    const redactor = createRedactor()
    redactor.protect(Buffer.from('hunter2hunter2'))
    const line = prettyLogLine(owner, redactor, false)?.(event)
    expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.123\] WARN: /)
    expect(line).toContain('WARN: no rate for\\n\\u001b[2J\\u009b\\n [redacted] {"event":"node.log"')
    expect(line).toMatch(/"tries":2\}\}$/)
  })
})
