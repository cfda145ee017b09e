import { pbkdf2Sync } from 'node:crypto'

const bytes = 32

/**
 * Hashes a text over and over, on the thread that calls: work of an adjustable size, as a model or a signature would be. Some
 * 2,000 rounds take about a millisecond.
 *
 * @param rounds 0 for no work at all
 */
export function hashOver(text: string, rounds: number): void {
  if (rounds > 0) pbkdf2Sync(text, 'fund-loads', rounds, bytes, 'sha256')
}
