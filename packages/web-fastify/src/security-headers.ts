/** Headers of every answer: nothing that a browser does with it is allowed, unless a page of our own says otherwise. */
export function securityHeaders(encrypted: boolean): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(encrypted ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}
