import type { Console, ConsoleSource } from '@millrace/contracts'
import { type ConsoleOptions, consoleSettings } from './console-settings.js'
import { openConsole } from './open-console.js'

export type { ConsoleOptions } from './console-settings.js'

/**
 * Opens the live page of an application on 127.0.0.1. It looks at the application only while somebody looks at the page.
 *
 * @throws RangeError for an impossible port
 * @throws MillraceError BOOT_START_FAILED for a port that cannot be had
 */
export function createConsole(source: ConsoleSource, options: ConsoleOptions = {}): Promise<Console> {
  return openConsole(source, consoleSettings(options))
}
