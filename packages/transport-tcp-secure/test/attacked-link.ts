import { type AttackedLink, type AttackOptions, withAttackedLink as withAttacked } from '@millrace/link-tests'
import { openTransport } from './open-transport.js'

/** Opens a link over TCP with somebody in the middle, lets the test use it, and closes everything. */
export function withAttackedLink(
  options: Omit<AttackOptions, 'open'>,
  use: (link: AttackedLink) => Promise<void>,
): Promise<void> {
  return withAttacked({ ...options, open: openTransport }, use)
}
