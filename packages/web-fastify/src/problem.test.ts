import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
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
})
