import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder with the given files, for the tests of the checks. The caller removes it. */
export interface TestWorkspace {
  readonly root: string
  remove(): void
}

/** Writes a workspace for a test into a new temporary folder: path → text, or a value that is written as JSON. */
export function createTestWorkspace(files: Readonly<Record<string, unknown>>): TestWorkspace {
  const root = mkdtempSync(join(tmpdir(), 'millrace-checks-'))
  for (const [path, content] of Object.entries({ 'package.json': { name: 'fixture' }, ...files })) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
