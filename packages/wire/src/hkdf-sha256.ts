import { hkdfSync } from 'node:crypto'

/**
 * Derives key material from a secret: HKDF with SHA-256.
 *
 * @param length in bytes, at most 8160
 * @see https://www.rfc-editor.org/rfc/rfc5869
 */
export function hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, length))
}
