const secretKey =
  /secret|password|passwd|passphrase|token|authorization|cookie|credential|(?:api|private|access|signing)[-_]?key$|^key$/i

/** Tells whether what stands under a key may be a secret, which no message may show. */
export function looksSecret(key: string): boolean {
  return secretKey.test(key)
}
