import { describe, expect, it } from '@jest/globals'
import { messageFromWorker, messageToWorker } from './control-message.js'

const report = { code: 'DI_MISSING', message: 'DI_MISSING: x', facts: {} }

describe('messageFromWorker', () => {
  it.each([
    { millrace: 'hello' },
    { millrace: 'discovered', address: '127.0.0.1:1' },
    { millrace: 'ready' },
    { millrace: 'running' },
    { millrace: 'waiting', for: ['link to b#1'] },
    { millrace: 'failed', report },
    { millrace: 'drained', complete: false },
    { millrace: 'stopped', mode: 'forced' },
    { millrace: 'answer', id: 1, value: undefined },
    { millrace: 'refusal', id: 1, report },
    { millrace: 'event', name: 'node.log', level: 'warn', facts: {} },
    { millrace: 'tell', subject: 'idle', facts: 1 },
  ])('believes %j', (message) => {
    expect(messageFromWorker(message)).toBe(message)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['what a library sends', 'ready'],
    ['what another library sends', { type: 'ready' }],
    ['an unknown kind', { millrace: 'goodbye' }],
    ['a kind that every object has', { millrace: 'constructor' }],
    ['a kind that is no text', { millrace: {} }],
    ['an address that is no text', { millrace: 'discovered', address: 1 }],
    ['no list of what is waited for', { millrace: 'waiting', for: 'link' }],
    ['a list with something else in it', { millrace: 'waiting', for: [1] }],
    ['an unknown error code', { millrace: 'failed', report: { ...report, code: 'WHO_KNOWS' } }],
    ['no report', { millrace: 'refusal', id: 1 }],
    ['an answer to nothing', { millrace: 'answer' }],
    ['an unknown way to stop', { millrace: 'stopped', mode: 'tired' }],
    ['a drain that says nothing', { millrace: 'drained' }],
    ['an unknown event', { millrace: 'event', name: 'toString', level: 'warn', facts: {} }],
    ['an unknown level', { millrace: 'event', name: 'node.log', level: 'loud', facts: {} }],
    ['facts that are none', { millrace: 'event', name: 'node.log', level: 'warn', facts: null }],
    ['no subject', { millrace: 'tell' }],
  ])('ignores %s', (_what, message) => {
    expect(messageFromWorker(message)).toBeUndefined()
  })
})

describe('messageToWorker', () => {
  it('ignores what is not of this protocol', () => {
    expect([undefined, null, 'stop', { cmd: 'stop' }, { millrace: 1 }].map(messageToWorker)).toEqual(
      Array(5).fill(undefined),
    )
    expect(messageToWorker({ millrace: 'stop' })).toEqual({ millrace: 'stop' })
  })
})
