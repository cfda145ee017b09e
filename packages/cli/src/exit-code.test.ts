import { describe, expect, it } from '@jest/globals'
import { type ErrorCode, errorCodes, MillraceError } from '@millrace/contracts'
import { exitCodeOf } from './exit-code.js'

const special: Readonly<Record<number, readonly ErrorCode[]>> = {
  2: [
    'CONFIG_INVALID',
    'CONFIG_UNREADABLE',
    'PACKAGE_MISSING',
    'DI_MISSING',
    'DI_DUPLICATE',
    'DI_CYCLE',
    'DI_CLOSED',
    'GRAPH_DUPLICATE_NODE',
    'GRAPH_NO_PROVIDER',
    'GRAPH_NO_CONSUMER',
    'GRAPH_CYCLE',
    'PLACEMENT_UNKNOWN_GROUP',
    'PLACEMENT_UNKNOWN_NODE',
    'PLACEMENT_UNPLACED',
    'PLACEMENT_CONFLICT',
    'PLACEMENT_SHARED_STATE',
    'STATE_WOULD_BE_LOST',
    'SEC_BIND_REFUSED',
    'SEC_SECRET_INVALID',
  ],
  3: ['BOOT_CHANNEL_USED', 'BOOT_BUNDLE_INVALID', 'BOOT_START_FAILED', 'BOOT_NOT_READY', 'BOOT_PLAN_MISMATCH'],
  4: ['WORKER_CRASHED', 'WORKER_STALLED', 'WORKER_RESTARTS_EXHAUSTED'],
  5: ['BOOT_STOP_TIMEOUT'],
}

const codes = Object.keys(errorCodes) as readonly ErrorCode[] // the keys of the table

describe('exitCodeOf', () => {
  it.each(Object.entries(special))('is %s for exactly its codes', (exitCode, expected) => {
    const found = codes.filter((code) => exitCodeOf(new MillraceError(code, 'why')) === Number(exitCode))
    expect(found).toEqual(expected)
  })

  it('is 1 for every other code, and for what has none', () => {
    const others = codes.filter((code) => !Object.values(special).flat().includes(code))
    const thrown = [...others.map((code) => new MillraceError(code, 'why')), new Error('CONFIG_INVALID'), undefined]
    expect(new Set(thrown.map(exitCodeOf))).toEqual(new Set([1]))
    expect(others).toContain('NODE_FAILED')
  })
})
