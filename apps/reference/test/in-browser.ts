import { execFileSync } from 'node:child_process'
import { describe } from '@jest/globals'
import { type Browser, chromium } from 'playwright-core'

const executablePath = installed('chromium')
const inCi = Boolean(process.env.CI)
if (executablePath === undefined && !inCi) console.warn('SKIPPED: no chromium is installed, the pages are not tried')

/** `describe` for what needs a browser. In CI a missing one is a failure. */
export const inBrowser: typeof describe | typeof describe.skip =
  executablePath === undefined && !inCi ? describe.skip : describe

/** Starts chromium, without a window. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath ?? 'chromium', args: ['--no-sandbox'] })
}

function installed(program: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
