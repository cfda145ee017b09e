import { looksSecret } from '@millrace/contracts'

/** Tells whether what stands under a key of a configuration may be a secret, which no message may show. */
export function holdsSecret(key: string): boolean {
  return looksSecret(key) || key.toLowerCase() === 'key'
}
