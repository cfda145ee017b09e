import type { FileHandle } from 'node:fs/promises'

/** How far a write came. */
export interface Written {
  readonly bytes: number
  /** Why it came no further. */
  readonly error?: unknown
}

/**
 * Writes all bytes, or as many as the system takes before it fails.
 *
 * @param position where in the file, in bytes; null for what has no positions
 */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number | null): Promise<Written> {
  let written = 0
  try {
    while (written < bytes.length) {
      const at = position === null ? null : position + written
      written += (await handle.write(bytes, written, bytes.length - written, at)).bytesWritten
    }
    return { bytes: written }
  } catch (error) {
    return { bytes: written, error }
  }
}
