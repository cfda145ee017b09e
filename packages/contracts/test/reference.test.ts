import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { referencePages } from '../scripts/reference-pages.js'
import { errorCodes, eventList, metricList } from '../src/index.js'

describe('the reference in docs', () => {
  it.each(referencePages().map((page) => [basename(page.path), page] as const))(
    '%s is current (if not: pnpm --filter @millrace/contracts reference)',
    (_name, { path, text }) => {
      expect(readFileSync(path, 'utf8')).toBe(text)
    },
  )

  it('names every code, every event and every metric', () => {
    const text = referencePages()
      .map((page) => page.text)
      .join('\n')
    const names = [...Object.keys(errorCodes), ...Object.keys(eventList), ...Object.keys(metricList)]
    expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([])
  })
})
