import { execFileSync } from 'node:child_process'
import { type Browser, chromium } from 'playwright-core'

/** Where chromium is; undefined where it is not installed. */
export const chromiumPath: string | undefined = installed('chromium')

/** Starts chromium, without a window. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? 'chromium', args: ['--no-sandbox'] })
}

function installed(program: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
