import { describeValue } from './describe-value.js'
import type { Mistake } from './finding.js'
import { keyHint, nearestKey } from './key-hint.js'
import { type Path, pathText } from './path.js'
import type { SchemaFault } from './schema-faults.js'
import { holdsSecret } from './secret-key.js'

/** Faults without those that say the same thing twice: a key is missing because it is mistyped beside. */
export function withoutEchoes(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const meant = new Set(faults.flatMap((fault) => (fault.kind === 'unknown' ? meantPath(fault.path, fault.known) : [])))
  return faults.filter((fault) => fault.kind !== 'missing' || !meant.has(JSON.stringify(fault.path)))
}

function meantPath(path: Path, known: readonly string[]): readonly string[] {
  const near = nearestKey(String(path.at(-1)), known)
  return near === undefined ? [] : [JSON.stringify([...path.slice(0, -1), near])]
}

/**
 * A fault in the words of the configuration, with the value where it is short and no secret.
 *
 * @param homes for a key, the mappings that have it
 */
export function faultMistake(fault: SchemaFault, homes: ReadonlyMap<string, readonly string[]>): Mistake {
  const { path } = fault
  switch (fault.kind) {
    case 'unknown':
      return { path, message: unknownKey(path, fault.known, homes), atKey: true }
    case 'name':
      return { path, message: `is no possible name: it ${fault.expected}`, atKey: true }
    case 'missing':
      return { path, message: fault.expected === undefined ? 'is required' : `is required; it ${fault.expected}` }
    case 'wrong':
      return { path, message: `${fault.expected}${got(path, fault.data, fault.expected)}` }
  }
}

function unknownKey(path: Path, known: readonly string[], homes: ReadonlyMap<string, readonly string[]>): string {
  const key = String(path.at(-1))
  const parent = pathText(path.slice(0, -1)).replaceAll(/\[\d+\]/g, '[]')
  return keyHint(
    key,
    known,
    (homes.get(key) ?? []).filter((home) => home !== parent && home !== ''),
  )
}

function got(path: Path, data: unknown, expected: string): string {
  if (path.some((key) => typeof key === 'string' && holdsSecret(key))) return ''
  return ` (got ${describeValue(data)}${advice(data, expected)})`
}

function advice(data: unknown, expected: string): string {
  if (data === null) return '; give it a value, or take the key away'
  return isQuotedScalar(data, expected) ? '; take away the quotes' : ''
}

/** A number or a yes in quotes, where the thing itself is wanted; nothing is converted behind the user's back. */
function isQuotedScalar(data: unknown, expected: string): boolean {
  if (typeof data !== 'string') return false
  if (/\bnumber\b|^must be \d/.test(expected)) return data.trim() !== '' && Number.isFinite(Number(data))
  return /\btrue or false\b/.test(expected) && (data === 'true' || data === 'false')
}
