import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { processFolder } from './process-folder.js'
import { startMillrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'

const textOf = (name: string) => readFileSync(fileURLToPath(new URL(`../../../${name}`, import.meta.url)), 'utf8')
const page = textOf('docs/web.md')
const readme = textOf('README.md')

let folder: TemporaryFolder
beforeAll(() => {
  folder = processFolder()
  folder.write('nodes.ts', block(page, /```ts file=nodes\.ts\n(.*?)```/su))
  for (const name of ['app.yml', 'processes.yml'])
    folder.write(name, block(page, new RegExp(`(# ${name}\n.*?)\`\`\``, 'su')))
  // Laid over the interfaces of the page, those of the README take their place.
  folder.write('readme.yml', block(readme, /```yaml\n(runtime:\n {2}web:\n.*?)```/su))
  folder.write('any-port.yml', 'runtime: { web: { server: { port: 0 } } }\n')
})
afterAll(() => folder.remove())

function block(text: string, pattern: RegExp): string {
  const [, found] = pattern.exec(text) ?? []
  if (found === undefined) throw new Error(`there is no block ${pattern.source}`)
  return found
}

/** What the page says that one asks, and is answered. */
const asked = [...page.matchAll(/```sh\n(curl .*?)```\n```json\n(.*?)```/gs)].map(
  ([, command = '', answer = '']) => [command, answer] as const,
)

/** Runs the application, and commands against it. @returns what they print, and the exit code of the application */
async function answersOf(names: readonly string[], commands: readonly string[]) {
  const run = startMillrace(['run', ...names.map((name) => join(folder.path, name))])
  await run.said('listening on ')
  const [, host = ''] = /listening on http:\/\/(\S+)/u.exec(run.stderr()) ?? []
  const answers: string[] = []
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('bash', ['-c', command.replaceAll('localhost:8080', host)])
    answers.push(stdout)
  }
  run.child.kill('SIGTERM')
  return { answers, code: (await run.ended).code }
}

describe('the example of docs/web.md', () => {
  it.each([
    ['in one process', ['app.yml', 'any-port.yml']],
    ['in front of workers', ['app.yml', 'processes.yml', 'any-port.yml']],
  ])('WEB-01 answers %s as the page says', async (_where, names) => {
    expect(asked).toHaveLength(2)
    const commands = asked.map(([command]) => command)
    expect(await answersOf(names, commands)).toEqual({ answers: asked.map(([, answer]) => answer.trim()), code: 0 })
  })

  it('WEB-01 is served with the interfaces of the README too', async () => {
    const [command = ''] = asked[0] ?? []
    const { answers, code } = await answersOf(['app.yml', 'readme.yml', 'any-port.yml'], [command])
    expect([answers, code]).toEqual([['{"sku":"tea","cents":750}'], 0])
  })
})
