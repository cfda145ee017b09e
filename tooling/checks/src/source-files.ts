import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const skipped = new Set(['node_modules', 'dist', '.turbo'])

/** The TypeScript files below a folder, relative to `root`, sorted. A folder that does not exist has none. */
export function sourceFiles(root: string, folder: string): readonly string[] {
  const start = join(root, folder)
  if (!existsSync(start)) return []
  return walk(start)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => relative(root, file).split(sep).join('/'))
    .sort()
}

/** Whether a file is only there for tests: `*.test.ts`, or anything in a `test` or `fixtures` folder. */
export function isTestFile(file: string): boolean {
  return file.endsWith('.test.ts') || /(^|\/)(test|fixtures)\//.test(file)
}

function walk(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [path]
  })
}
