import { describe, expect, it } from '@jest/globals'
import { type ErrorCode, MillraceError } from '@millrace/contracts'
import { exitCodeOf } from './exit-code.js'

describe('exitCodeOf', () => {
  it.each<[ErrorCode, number]>([
    ['NODE_FAILED', 1],
    ['RESUME_MISMATCH', 1],
    ['SHUTTING_DOWN', 1],
    ['CONFIG_INVALID', 2],
    ['CONFIG_UNREADABLE', 2],
    ['PACKAGE_MISSING', 2],
    ['DI_MISSING', 2],
    ['GRAPH_CYCLE', 2],
    ['PLACEMENT_UNPLACED', 2],
    ['STATE_WOULD_BE_LOST', 2],
    ['BOOT_START_FAILED', 3],
    ['BOOT_NOT_READY', 3],
    ['WORKER_CRASHED', 4],
    ['BOOT_STOP_TIMEOUT', 5],
  ])('%s is %d', (code, exitCode) => {
    expect(exitCodeOf(new MillraceError(code, 'for the test'))).toBe(exitCode)
  })

  it('anything else is 1', () => {
    expect(exitCodeOf(new Error('for the test'))).toBe(1)
  })
})
