import { type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The programs that come with the application and share no code with it. */
const programs = {
  generator: new URL('../generator/generate.mjs', import.meta.url),
  oracle: new URL('../oracle/oracle.mjs', import.meta.url),
} as const

/** Runs one of the application's own programs in a process of its own. @returns its exit code; 1 when a signal ended it */
export async function runProgram(
  program: keyof typeof programs,
  args: readonly string[],
  stdio: StdioOptions,
): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(programs[program]), ...args], { stdio })
  const [code] = await once(child, 'close')
  return typeof code === 'number' ? code : 1
}
