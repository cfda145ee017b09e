import { writeFileSync } from 'node:fs'
import { lines as generatedLines } from '../generator/generate.mjs'

/** Writes lines of the generator to a file. */
export function writeGenerated(path: string, { seed, lines }: { readonly seed: number; readonly lines: number }): void {
  writeFileSync(path, Buffer.concat([...generatedLines(seed, lines)].map((line) => Buffer.from(line))))
}
