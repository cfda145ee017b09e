import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { processFolder } from './process-folder.js'
import { type Ended, millrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'

const page = readFileSync(fileURLToPath(new URL('../../../docs/processes.md', import.meta.url)), 'utf8')

let folder: TemporaryFolder
beforeAll(() => {
  folder = processFolder()
  folder.write('nodes.ts', block(/```ts file=nodes\.ts\n(.*?)```/su))
  for (const name of ['app.yml', 'processes.yml']) folder.write(name, block(new RegExp(`(# ${name}\n.*?)\`\`\``, 'su')))
})
afterAll(() => folder.remove())

function block(pattern: RegExp): string {
  const [, text] = pattern.exec(page) ?? []
  if (text === undefined) throw new Error(`docs/processes.md has no block ${pattern.source}`)
  return text
}

function run(command: string, ...names: readonly string[]): Promise<Ended> {
  return millrace([command, ...names.map((name) => join(folder.path, name))])
}

describe('the example of docs/processes.md', () => {
  it('gives the same report in one process and in workers', async () => {
    const alone = await run('run', 'app.yml')
    const split = await run('run', 'app.yml', 'processes.yml')
    expect([alone.code, split.code]).toEqual([0, 0])
    expect(split.stderr).toContain(
      'groups      edge × 1: digests, words (restart never, not on_failure: it has a source or a sink)\n            hashing × 2: hash\n',
    )
    const reports = [alone, split].map(({ stderr }) => /^reports .*$/mu.exec(stderr)?.[0])
    expect(reports[0]).toMatch(/^reports {5}digests: sha256 [0-9a-f]{64}$/u)
    expect(reports[1]).toBe(reports[0])
  })

  it('is identical in every variant', async () => {
    const { code, stdout } = await run('parity', 'app.yml', 'processes.yml')
    expect([code, stdout.match(/reference|identical/gu)]).toEqual([0, ['reference', ...Array(4).fill('identical')]])
  })
})
