import { describe, expect, it } from '@jest/globals'
import { type Facts, MillraceError } from '@millrace/contracts'
import { problemHeaders, problemOf } from './problem.js'

describe('what a client is answered when its request has failed', () => {
  it.each([
    ['NODE_FAILED', 500],
    ['REPLY_MISSING', 500],
    ['PAYLOAD_INVALID', 500],
    ['WORKER_CRASHED', 502],
    ['WORKER_STALLED', 502],
    ['HANDOFF_TRANSPORT', 502],
    ['OVERLOADED', 503],
    ['SHUTTING_DOWN', 503],
    ['BACKEND_UNAVAILABLE', 503],
    ['REPLY_TIMEOUT', 504],
    ['HANDOFF_TIMEOUT', 504],
    ['WEB_NOT_FOUND', 404],
  ] as const)('WEB-05 %s is %d, without a word of what is inside', (code, status) => {
    const thrown = new MillraceError(code, 'pricing#1 at 10.0.0.7 said hunter2', { facts: { worker: 'pricing#1' } })
    const problem = problemOf(thrown, 'failed', '0af7651916cd43dd8448eb211c80319c')
    expect(problem).toMatchObject({ status, code })
    expect(JSON.stringify(problem)).not.toMatch(/hunter2|pricing|facts/)
    expect(problemHeaders(problem, thrown)['retry-after']).toBe(status === 503 ? '1' : undefined)
  })

  const headersOf = (code: 'OVERLOADED' | 'WEB_METHOD_NOT_ALLOWED', facts: Facts) => {
    const thrown = new MillraceError(code, 'a handler says so', { facts })
    return problemHeaders(problemOf(thrown, 'failed'), thrown)
  }

  it.each([
    [0, '0'],
    [7, '7'],
    [0.2, '1'],
    [-1, '1'],
    [-0.5, '1'],
    [Number.NaN, '1'],
    [Number.POSITIVE_INFINITY, '1'],
    [1e300, '1'],
    ['7', '1'],
    ['5 минут', '1'],
    ['7\r\nx-evil: 1', '1'],
    [null, '1'],
    [['7'], '1'],
  ])('WEB-05 a client that is told to wait %p gets a whole number of seconds: %s', (retry_after, seconds) => {
    expect(headersOf('OVERLOADED', { retry_after })).toEqual({ 'retry-after': seconds })
  })

  it.each([
    [['GET', 'POST'], { allow: 'GET, POST' }],
    [['GET', 'ВЗЯТЬ', 'PUT\r\nx-evil: 1', ''], { allow: 'GET' }],
    [['\n'], {}],
    ['GET', {}],
  ])('WEB-05 a client that is told to use %p hears of methods alone', (allow, headers) => {
    expect(headersOf('WEB_METHOD_NOT_ALLOWED', { allow })).toEqual(headers)
  })
})
