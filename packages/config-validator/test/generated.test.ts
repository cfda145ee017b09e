import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { generatedFiles } from '../scripts/generated.js'
import { type MillraceConfig, type MillraceInput, validateConfig } from '../src/index.js'
import { type ConfigFolder, configFolder } from './support/config-folder.js'

const [schemaFile, ...texts] = generatedFiles()
const page = readFileSync(fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url)), 'utf8')
const published: unknown = JSON.parse(readFileSync(schemaFile?.path ?? '', 'utf8'))
const examples = [...page.matchAll(/```yaml\n# ([\w.-]+\.yml)\n([\s\S]*?)```/g)].map(([, name = '', text = '']) => ({
  name,
  text,
}))

const regenerate = 'run: pnpm --filter @millrace/config-validator generate'

describe('What follows from the schema', () => {
  it('is current: the published JSON Schema', () => {
    expect({ regenerate, published }).toEqual({ regenerate, published: JSON.parse(schemaFile?.text ?? '') })
  })

  it.each(texts.map(({ path, text }) => [path.split('/').slice(-2).join('/'), path, text]))(
    'is current: %s',
    (_, path, text) => {
      expect({ regenerate, text: readFileSync(path, 'utf8') }).toEqual({ regenerate, text })
    },
  )

  it('is a schema of draft 2020-12, which any validator takes', () => {
    const validate = new Ajv2020({ allowUnionTypes: true, strict: false }).compile(published as object) // read from our own file
    expect(validate({ version: 1, scenario: { name: 'shop' } })).toBe(true)
    expect(validate({ version: 1, scenario: { name: 'shop' }, runtime: { platfrom: {} } })).toBe(false)
    expect(
      validate({ version: 1, scenario: { name: 'shop' }, runtime: { web: { interfaces: [{ kind: 'grpc' }] } } }),
    ).toBe(false)
  })

  it('describes every key, for editors and for the reference', () => {
    expect(keysWithoutDescription(published, '')).toEqual([])
  })

  it('types what a caller may write, and what it becomes', () => {
    const input: MillraceInput = {
      version: 1,
      scenario: { name: 'shop' },
      runtime: { platform: { process_groups: [{ name: 'a' }] } },
    }
    const config: MillraceConfig = validateConfig(input)
    expect(config.runtime.platform.process_groups[0]?.restart.policy).toBe('on_failure')
    // @ts-expect-error a mode that does not exist
    const wrong: MillraceInput['runtime'] = { platform: { bootstrap: { mode: 'fork' } } }
    expect(() => validateConfig({ ...input, runtime: wrong })).toThrow('CONFIG_INVALID')
  })
})

describe('docs/configuration.md', () => {
  let folder: ConfigFolder

  beforeAll(async () => {
    folder = await configFolder()
    await Promise.all(examples.map(({ name, text }) => folder.write(name, text)))
  })

  afterAll(() => folder.remove())

  it('has examples', () => {
    expect(examples.map(({ name }) => name)).toEqual(['app.yml', 'profile.tcp.yml', 'profile.static.yml', 'web.yml'])
  })

  it.each(examples)('has an example that is sound over app.yml: $name', async ({ name }) => {
    expect(await folder.refusal(['app.yml', name], { checkMachine: false })).toBe('sound')
  })
})

/** Keys of a JSON Schema that no description stands beside. */
function keysWithoutDescription(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const parts = Object.entries(schema)
  return parts.flatMap(([keyword, part]) => {
    const named = keyword === 'properties' && typeof part === 'object' && part !== null ? Object.entries(part) : []
    const bare = named.filter(([, below]: [string, unknown]) => !hasDescription(below)).map(([key]) => `${path}/${key}`)
    return [...bare, ...keysWithoutDescription(part, `${path}/${keyword}`)]
  })
}

function hasDescription(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'description' in schema
}

describe('docs/observability.md', () => {
  const text = readFileSync(fileURLToPath(new URL('../../../docs/observability.md', import.meta.url)), 'utf8')
  const blocks = [...text.matchAll(/```yaml\n# ([\w.-]+\.yml)\n([\s\S]*?)```/g)].map(([, name = '', block = '']) => ({
    name,
    block,
  }))
  let folder: ConfigFolder

  beforeAll(async () => {
    folder = await configFolder()
    await folder.write('app.yml', 'version: 1\nscenario: { name: shop }\n')
    await Promise.all(blocks.map(({ name, block }) => folder.write(name, block)))
  })

  afterAll(() => folder.remove())

  it('has examples', () => {
    expect(blocks.map(({ name }) => name)).toEqual([
      'otlp.yml',
      'prometheus.yml',
      'jsonl.yml',
      'stdout.yml',
      'opentracing.yml',
    ])
  })

  it.each(blocks)('has an example that is sound: $name', async ({ name }) => {
    expect(await folder.refusal(['app.yml', name], { checkMachine: false })).toBe('sound')
  })
})
