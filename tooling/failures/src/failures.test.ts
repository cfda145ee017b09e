import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { failures, sample } from './failures.js'
import { makeFault } from './make-fault.js'
import { matrixPage, pagePath } from './page.js'

const page = readFileSync(pagePath, 'utf8')

describe('the failure matrix', () => {
  it.each(sample.map((failure) => [failure.fault, failure] as const))(
    'GATE-03 OBS-IPC-04 shows what docs/failure-matrix.md says, and no secret: %s',
    async (_fault, failure) => {
      expect(page.split('\n')).toContain(await makeFault(failure, { secret: 'generated' }))
    },
  )

  it('GATE-03 has a page with every row and nothing else (if not: pnpm failures --write)', () => {
    const rows = page.split('\n').filter((line) => failures.some(({ fault }) => line.startsWith(`| ${fault} |`)))
    expect([rows.length, matrixPage(rows)]).toEqual([failures.length, page])
  })
})
