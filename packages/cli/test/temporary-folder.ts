import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder of a test. */
export interface TemporaryFolder {
  readonly path: string
  /** Writes a file, and the folders above it. @returns its path */
  write(name: string, text: string): string
  remove(): void
}

/** Makes a folder of its own for a test. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  return {
    path,
    write(name, text) {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
    remove: () => rmSync(path, { recursive: true }),
  }
}
