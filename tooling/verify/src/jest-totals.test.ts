import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readTotals, totalsText } from './jest-totals.js'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-totals-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function report(value: unknown): string {
  const file = join(folder, 'jest.json')
  writeFileSync(file, JSON.stringify(value))
  return file
}

describe('readTotals', () => {
  it('counts a test file that could not run as a failure', () => {
    const totals = readTotals(report({ numPassedTests: 12, numFailedTests: 1, numRuntimeErrorTestSuites: 2 }))
    expect(totals).toEqual({ passed: 12, failed: 3 })
  })

  it('has no totals without a report', () => {
    expect(readTotals(join(folder, 'none.json'))).toBeUndefined()
  })

  it('refuses a report without counts', () => {
    expect(() => readTotals(report({ numPassedTests: 1 }))).toThrow("jest's report has no numFailedTests")
  })
})

describe('totalsText', () => {
  it('is the line that CI ends with', () => {
    expect(totalsText({ passed: 12, failed: 0 })).toBe('12 passed, 0 failed')
  })
})
