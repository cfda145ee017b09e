import { type LinkKey, MillraceError, type WorkerBundle } from '@millrace/contracts'

/** Length of a link key. */
const keyBytes = 32

/**
 * Judges what came as a bundle.
 *
 * @throws MillraceError BOOT_BUNDLE_INVALID, naming the field and never what stood in it
 */
export function checkBundle(given: unknown): WorkerBundle {
  const reason = whyInvalid(given)
  if (reason === undefined) return given as WorkerBundle // every field has just been judged
  throw new MillraceError(
    'BOOT_BUNDLE_INVALID',
    `a worker cannot be made of the bundle it received, because ${reason}; supervisor and worker must be of one version`,
  )
}

function whyInvalid(given: unknown): string | undefined {
  if (!isRecord(given)) return 'it is no object'
  const broken = rules.find(([field, isValid]) => !isValid(given[field]))
  return broken === undefined ? undefined : `${broken[0]} must be ${broken[2]}`
}

type Rule = readonly [field: keyof WorkerBundle, isValid: (value: unknown) => boolean, wanted: string]

const rules: readonly Rule[] = [
  ['slot', isName, 'a name'],
  ['group', isName, 'a name'],
  ['incarnation', (value) => Number.isSafeInteger(value) && Number(value) > 0, 'a whole number from 1'],
  ['run', (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value), '32 hex digits'],
  ['keys', (value) => Array.isArray(value) && value.every(isLinkKey), `a list of a peer and ${keyBytes} bytes each`],
  ['beside', (value) => typeof value === 'boolean', 'true or false'],
  ['metadata', (value) => value !== undefined, 'given'],
]

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isLinkKey(value: unknown): value is LinkKey {
  return isRecord(value) && isName(value.peer) && ArrayBuffer.isView(value.key) && value.key.byteLength === keyBytes
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
