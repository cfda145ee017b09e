import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'

const fixture = fileURLToPath(new URL('fixtures/dials-again.ts', import.meta.url))

describe('a process that has no file descriptor left', () => {
  it('fails to dial, and dials again when it has some', () => {
    const limited = ['-c', 'ulimit -n 256; exec "$0" "$@"', process.execPath, ...sourceFlags, fixture]
    expect(JSON.parse(execFileSync('sh', limited, { encoding: 'utf8' }))).toEqual({
      without: expect.stringMatching(
        /MillraceError: HANDOFF_TRANSPORT: slot near#1 cannot be linked to far#1, because no connection could be opened/,
      ),
      again: 'linked to far#1',
    })
  })
})
