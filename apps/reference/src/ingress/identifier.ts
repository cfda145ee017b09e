const maxDigits = 15

/**
 * An `id` or `customer_id` in the form in which it is compared: a string of 1–15 digits without surrounding white space, or
 * a safe integer as it is written in decimal.
 *
 * @returns the empty string for anything else
 */
export function identifierOf(value: unknown): string {
  if (typeof value === 'string') {
    const trimmed = value.trim()
    return isDigits(trimmed) ? trimmed : ''
  }
  return Number.isSafeInteger(value) ? String(value) : ''
}

function isDigits(text: string): boolean {
  if (text.length === 0 || text.length > maxDigits) return false
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return false
  }
  return true
}
