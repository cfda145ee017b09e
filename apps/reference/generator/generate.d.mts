/** What goes into the data besides its length. */
export interface LinesOptions {
  /** Put an over-long line and one of exactly the greatest length near the start. @default false */
  readonly overLong?: boolean
  /** Start with a byte-order mark. @default false */
  readonly byteOrderMark?: boolean
}

/**
 * Lines of fund-load attempts, good and bad, each with its line end (the last one has none).
 * Joined they are the bytes of a file. A line is a Buffer where it is not valid UTF-8.
 *
 * @param seed a whole number from 0 to 2^53 - 1; the same seed and options give the same bytes
 * @param count how many lines, blank ones included
 * @throws RangeError when seed or count is not such a number
 */
export function lines(seed: number, count: number, options?: LinesOptions): Generator<string | Buffer, void, undefined>
