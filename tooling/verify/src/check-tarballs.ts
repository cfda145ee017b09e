import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { typeProblems } from './type-problems.js'

const [tool, folder] = process.argv.slice(2)
if (tool === undefined || folder === undefined) throw new TypeError('usage: check-tarballs pack|publint|attw FOLDER')

const run = (program: string, ...args: readonly string[]): void => {
  execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}
const tarballs = (): readonly string[] =>
  readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))

// Only pnpm applies publishConfig.exports, so what users get can be judged on its tarballs alone.
const tools: Readonly<Record<string, () => void | Promise<void>>> = {
  pack: () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    run('pnpm', '--recursive', '--filter', './packages/*', 'pack', '--pack-destination', folder)
  },
  publint: () => {
    for (const tarball of tarballs()) run('publint', tarball, '--strict')
  },
  attw: async () => {
    for (const tarball of tarballs()) {
      const problems = await typeProblems(tarball)
      for (const problem of problems) console.error(`${basename(tarball)}: ${problem}`)
      if (problems.length > 0) process.exitCode = 1
    }
  },
}
const selected = tools[tool]
if (selected === undefined) throw new RangeError(`no tool is called ${tool}`)
await selected()
