import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Runs the generator with the given arguments; it writes where they say. @returns its exit code */
export async function generate(args: readonly string[]): Promise<number> {
  const program = fileURLToPath(new URL('../../generator/generate.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'close')
  return typeof code === 'number' ? code : 1
}
