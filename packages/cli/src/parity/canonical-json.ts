/** A value as JSON with sorted keys: the same text for the same data, however it was put together. Bytes become base64. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, canonical) ?? 'null'
}

function canonical(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  const entries = Object.entries(value)
  return Object.fromEntries(entries.sort(([first], [second]) => (first < second ? -1 : 1)))
}
