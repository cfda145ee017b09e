import { readFileSync } from 'node:fs'
import { describe, expect, it, jest } from '@jest/globals'
import type { Failure } from './failure.js'
import { failures, sample } from './failures.js'
import { matrixPage, pagePath, rowText } from './page.js'
import { Stage } from './stage.js'

jest.setTimeout(150_000)

const page = readFileSync(pagePath, 'utf8')

async function made(failure: Failure): Promise<string> {
  const stage = new Stage()
  try {
    return rowText(failure, await failure.make(stage))
  } finally {
    stage.close()
  }
}

describe('the failure matrix', () => {
  it.each(sample.map((failure) => [failure.fault, failure] as const))(
    'GATE-03 shows what docs/failure-matrix.md says: %s',
    async (_fault, failure) => {
      expect(page.split('\n')).toContain(await made(failure))
    },
  )

  it('GATE-03 has a page with every row and nothing else (if not: pnpm failures --write)', () => {
    const rows = page.split('\n').filter((line) => failures.some(({ fault }) => line.startsWith(`| ${fault} |`)))
    expect([rows.length, matrixPage(rows)]).toEqual([failures.length, page])
  })
})
