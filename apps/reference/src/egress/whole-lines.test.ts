import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { temporaryFolder } from '../../test/temporary-folder.js'
import { wholeLines } from './whole-lines.js'

const folder = temporaryFolder()

describe('wholeLines', () => {
  it.each([
    ['', 0],
    ['one', 0],
    ['one\n', 1],
    ['one\ntwo\nthr', 2],
    [`${'x'.repeat(65_535)}\n${'y'.repeat(65_535)}\n\n`, 3],
  ])('counts no line that has been cut off (case %#)', (text, lines) => {
    const path = join(folder, 'part')
    writeFileSync(path, text)
    expect(wholeLines(path)).toBe(lines)
  })
})
