import { linkKey } from '@millrace/wire'
import { master } from './test-keys.js'

/** The secrets of a test in every form in which they could slip into a text. */
export function secretForms(): readonly string[] {
  return [master, linkKey(master, 'near#1', 'far#1')].flatMap((secret) => {
    const bytes = Buffer.from(secret)
    const numbers = [...bytes.subarray(0, 6)]
    return [
      bytes.toString('hex'),
      bytes.toString('base64').slice(0, 40),
      bytes.toString('base64url').slice(0, 40),
      bytes.toString('latin1'),
      numbers.join(', '),
      numbers.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    ]
  })
}
