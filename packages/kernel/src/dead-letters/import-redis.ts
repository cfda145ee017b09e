import { MillraceError } from '@millrace/contracts'
import { systemCode } from './system-code.js'

/** Loads the package that talks to Redis, which not every application has. @throws MillraceError PACKAGE_MISSING */
export async function importRedis(): Promise<typeof import('@millrace/transport-redis')> {
  try {
    return await import('@millrace/transport-redis')
  } catch (cause) {
    if (systemCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new MillraceError(
      'PACKAGE_MISSING',
      'dead_letters.backend redis needs @millrace/transport-redis; run: npm install @millrace/transport-redis',
      { cause },
    )
  }
}
