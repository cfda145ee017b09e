/** The time between attempts, in milliseconds: longer each time up to a second, and not the same for all who try. */
export function backoffMs(attempt: number): number {
  return Math.min(50 * 2 ** attempt, 1000) * (0.5 + Math.random() / 2)
}
