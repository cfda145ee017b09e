import { fileURLToPath } from 'node:url'

/** The program of a worker process: built JavaScript where this module is, TypeScript where it runs from source. */
export function workerProgram(): string {
  const name = import.meta.url.endsWith('.ts') ? '../worker.ts' : './worker.js'
  return fileURLToPath(new URL(name, import.meta.url))
}

const withValue = /^(?:--import|--loader|--experimental-loader|--conditions|--require|-C|-r)(=|$)/u
const alone = /^(?:--enable-source-maps|--preserve-symlinks|--no-warnings|--disable-warning)/u

/** What decides in this process how modules are found and read, for the processes it starts. */
export function moduleFlags(execArgv: readonly string[]): readonly string[] {
  const flags: string[] = []
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index] ?? ''
    const match = withValue.exec(flag)
    if (match !== null || alone.test(flag)) flags.push(flag)
    if (match !== null && match[1] === '') {
      index++
      flags.push(execArgv[index] ?? '')
    }
  }
  return flags
}
