import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import { fileError } from './file-error.js'

describe('fileError', () => {
  it.each([
    ['EACCES', 'this user lacks the permission (EACCES). Change the permissions, or choose another place'],
    ['EROFS', 'the file system is read-only (EROFS). Choose another place'],
    ['ENOSPC', 'the disk is full (ENOSPC). Free some space'],
    ['EPIPE', 'its reader has gone away (EPIPE). Keep the reading program open until the end'],
    ['EIO', 'of the system error EIO'],
  ])('says what %s means and what to do', (code, because) => {
    const thrown = Object.assign(new Error('from the system'), { code })
    expect(fileError(thrown, 'write out.ndjson', 'write').toJSON()).toEqual({
      code: 'SINK_FAILED',
      message: `SINK_FAILED: cannot write out.ndjson, because ${because}`,
      facts: { node: 'write', errno: code },
    })
  })

  it('leaves an error that already says it', () => {
    const error = new MillraceError('RESUME_MISMATCH', 'differs')
    expect(fileError(error, 'write out.ndjson', 'write')).toBe(error)
  })
})
