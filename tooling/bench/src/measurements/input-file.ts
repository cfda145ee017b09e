import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const generator = join(dirname(fileURLToPath(import.meta.url)), '../../../../apps/reference/generator')

/**
 * Input of the reference job with seed 1, made once and kept in the system's temporary folder, until the generator changes.
 *
 * @param lines blank ones included
 * @returns the file
 */
export async function inputFile(lines: number): Promise<string> {
  const folder = join(tmpdir(), 'millrace-bench')
  const file = join(folder, `attempts-${lines}-${generatorHash()}.ndjson`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const unfinished = `${file}.${process.pid}`
  const args = ['--lines', String(lines), '--seed', '1', '--output', unfinished]
  const child = spawn(process.execPath, [join(generator, 'generate.mjs'), ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the generator ended with exit code ${code}`)
  renameSync(unfinished, file)
  return file
}

function generatorHash(): string {
  const hash = createHash('sha256')
  const programs = readdirSync(generator).filter((name) => name.endsWith('.mjs'))
  for (const name of programs.sort()) hash.update(readFileSync(join(generator, name)))
  return hash.digest('hex').slice(0, 12)
}
