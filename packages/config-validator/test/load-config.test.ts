import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { loadConfig, loadValue } from '../src/index.js'
import { type ConfigFolder, configFolder } from './support/config-folder.js'

const modules = fileURLToPath(new URL('./fixtures/modules', import.meta.url))
let folder: ConfigFolder

beforeAll(async () => {
  folder = await configFolder()
})

afterAll(() => folder.remove())

const head = 'version: 1\nscenario: { name: shop }\n'

function unreadable(line: string): string {
  return `CONFIG_UNREADABLE: the configuration cannot be read\n  ${line}`
}

describe('Overlays', () => {
  beforeAll(async () => {
    await folder.write(
      'base.yml',
      `${head}runtime:\n  max_in_flight: 5\n  discovery_modules: [a, b]\n  max_in_flight_bytes: 9\n`,
    )
    await folder.write('over.yml', 'runtime:\n  discovery_modules: [c]\n  max_in_flight: 7\n')
    await folder.write('last.json', '{ "runtime": { "max_in_flight": 8 } }')
  })

  it('merge mappings deep, and replace lists and scalars, left to right', async () => {
    const { config } = await loadConfig(['base.yml', 'over.yml', 'last.json'], { cwd: folder.path })
    expect(config.scenario.name).toBe('shop')
    expect(config.runtime).toMatchObject({ max_in_flight: 8, discovery_modules: ['c'], max_in_flight_bytes: 9 })
  })

  it('tell for every value which file it comes from', async () => {
    const loaded = await loadConfig(['base.yml', 'over.yml', 'last.json'], { cwd: folder.path })
    expect(loaded.locate(['scenario', 'name'])).toEqual({ file: 'base.yml', line: 2, column: 19 })
    expect(loaded.locate(['runtime', 'max_in_flight'])).toEqual({ file: 'last.json', line: 1, column: 33 })
    expect(loaded.locate(['runtime', 'discovery_modules', 0])).toEqual({ file: 'over.yml', line: 2, column: 23 })
    expect(loaded.locate(['runtime', 'max_in_flight_bytes'])).toEqual({ file: 'base.yml', line: 6, column: 24 })
  })

  it('lead a default to the mapping that it was filled into', async () => {
    const loaded = await loadConfig(['base.yml'], { cwd: folder.path })
    expect(loaded.locate(['runtime', 'platform', 'kv', 'backend'])).toEqual({ file: 'base.yml', line: 3, column: 1 })
    expect(loaded.locate(['dead_letters'])).toEqual({ file: 'base.yml', line: 1, column: 1 })
  })

  it('take relative paths from the folder of the first file', async () => {
    const loaded = await loadConfig([join(folder.path, 'base.yml'), 'over.yml'], { cwd: folder.path })
    expect(loaded.baseDir).toBe(folder.path)
    expect(loaded.files).toEqual([join(folder.path, 'base.yml'), 'over.yml'])
  })

  it('may be empty', async () => {
    await folder.write('empty.yml', '# nothing here yet\n')
    expect(await folder.refusal(['base.yml', 'empty.yml'])).toBe('sound')
  })

  it('list the findings of all files, in the order of the files', async () => {
    await folder.write('one.yml', `${head}runtime: { max_in_flight: 0, max_in_flight: 1 }\nx: 1\n`)
    await folder.write('two.yml', 'y: 2\nruntime: { web: [] }\n')
    expect(await folder.refusal(['one.yml', 'two.yml'])).toBe(
      [
        'CONFIG_INVALID: 5 mistakes in one.yml, two.yml',
        '  one.yml:3:27 runtime.max_in_flight must be a whole number of at least 1 (got 0)',
        '  one.yml:3:30 runtime.max_in_flight stands here twice; keep one of them',
        '  one.yml:4:1 x is not a known key; known here: $schema, version, scenario, runtime, nodes, adapters, dead_letters',
        '  two.yml:1:1 y is not a known key; known here: $schema, version, scenario, runtime, nodes, adapters, dead_letters',
        '  two.yml:2:12 runtime.web must be a mapping (got a list)',
      ].join('\n'),
    )
  })
})

describe('An overlay given in code', () => {
  it('is laid over the files, whose mappings keep their places', async () => {
    await folder.write('app.yml', `${head}runtime:\n  max_in_flight: 5\n`)
    const overlay = { runtime: { max_in_flight: 7 }, dead_letters: { path: 'letters.ndjson' } }
    const loaded = await loadConfig(['app.yml'], { cwd: folder.path, overlay })
    expect(loaded.config.runtime.max_in_flight).toBe(7)
    expect(loaded.config.dead_letters.path).toBe('letters.ndjson')
    expect(loaded.locate(['runtime', 'max_in_flight'])).toBeUndefined()
    expect(loaded.locate(['runtime', 'platform'])).toEqual({ file: 'app.yml', line: 3, column: 1 })
  })

  it('is laid over a configuration given in code', () => {
    const overlay = { scenario: { name: 'bank' } }
    expect(loadValue({ version: 1, scenario: { name: 'shop' } }, { overlay }).config.scenario.name).toBe('bank')
  })

  it('has its mistakes listed after those of the files, without a place', async () => {
    await folder.write('app.yml', `${head}runtime:\n  max_in_flight: 0\n`)
    const overlay = { runtime: { max_in_flight_bytes: 0 }, nodes: { price: () => 1 } }
    expect(await folder.refusal(['app.yml'], { overlay })).toBe(
      [
        'CONFIG_INVALID: 3 mistakes in app.yml',
        '  app.yml:4:18 runtime.max_in_flight must be a whole number of at least 1 (got 0)',
        '  nodes.price must be plain data as a file could hold it (got a function)',
        '  runtime.max_in_flight_bytes must be a whole number of at least 1 (got 0)',
      ].join('\n'),
    )
  })
})

describe('YAML', () => {
  it.each([
    [
      'a merge key',
      'runtime:\n  <<: { max_in_flight: 5 }\n',
      '4:3 runtime has a merge key <<, which means nothing here; use an overlay file instead',
    ],
    [
      'a key for prototypes',
      'nodes:\n  __proto__: { polluted: 1 }\n',
      '4:3 nodes has a key __proto__, which no configuration may have',
    ],
    ['a key that is no text', 'nodes:\n  ? [a]\n  : {}\n', '4:5 nodes has a key that is not text'],
    [
      'a tag',
      'dead_letters: { path: !env LETTERS }\n',
      '3:23 the configuration has a tag such as !env, which means nothing here; take it away',
    ],
    [
      'an alias without an anchor',
      'dead_letters: { path: *letters }\n',
      '3:23 dead_letters.path is an alias of an anchor that does not stand above it; quote a text that begins with *',
    ],
  ])('refuses %s', async (_, text, line) => {
    expect(await folder.refusalOf(head + text)).toContain(`\n  app.yml:${line}`)
  })

  it('expands aliases, and finds mistakes where their text stands', async () => {
    await folder.write('app.yml', `${head}nodes:\n  a: &shared { limit: 5 }\n  b: *shared\n`)
    const loaded = await loadConfig(['app.yml'], { cwd: folder.path })
    expect(loaded.config.nodes.b).toEqual({ limit: 5 })
    expect(loaded.locate(['nodes', 'b', 'limit'])).toEqual({ file: 'app.yml', line: 4, column: 23 })
  })

  it('takes keys of objects as keys like any other', async () => {
    await folder.write('app.yml', `${head}nodes:\n  constructor: { prototype: 1, toString: 2 }\n`)
    const { config } = await loadConfig(['app.yml'], { cwd: folder.path })
    expect(Object.keys(config.nodes)).toEqual(['constructor'])
    expect(config.nodes.toString).toBeUndefined()
    expect(config.adapters.constructor).toBeUndefined()
  })

  it.each([
    [
      'aliases that multiply',
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        ...'bcdefgh'.split('').map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`),
      ].join('\n'),
      'app.yml expands to more than 100000 values; use fewer aliases',
    ],
    ['an alias that holds itself', 'a: &a [*a]', 'app.yml nests deeper than 100 levels, or an alias holds itself'],
    ['brackets without end', '['.repeat(50_000) + ']'.repeat(50_000), 'app.yml:1:789 nests too deeply to be read'],
    [
      'two documents',
      `${head}---\n${head}`,
      'app.yml:3:1 holds several YAML documents; put each into a file of its own and name the files in order',
    ],
    [
      'a quote that never ends',
      `${head}dead_letters: "hunter2\n`,
      'app.yml:4:1 misses a closing quote or bracket, or a comma',
    ],
    [
      'a reserved character',
      'version: @1',
      'app.yml:1:10 begins a text with a reserved character; put the text in quotes',
    ],
  ])('cannot read %s', async (_, text, line) => {
    expect(await folder.refusalOf(text)).toBe(unreadable(line))
  })
})

describe('Files', () => {
  it.each<[string, string | Uint8Array, string]>([
    [
      'app.json',
      '{ "version": 1, // hunter2\n}',
      'app.json is not JSON: comments, single quotes, bare keys and trailing commas are not allowed; name it .yml to write YAML',
    ],
    ['app.json', '{ "version": 1 ', 'app.json:1:16 misses a closing quote or bracket, or a comma'],
    ['app.yml', Uint8Array.of(0x76, 0xff, 0xfe), 'app.yml is not UTF-8 text; save it as UTF-8'],
    [
      'app.toml',
      'version = 1',
      'app.toml is of no known kind; name it .yml, .yaml, .json, .ts, .mts, .js, .mjs or .cjs',
    ],
  ])('cannot read %s that holds %j', async (name, text, line) => {
    await folder.write(name, text)
    expect(await folder.refusal([name])).toBe(unreadable(line))
  })

  it.each(['gone.yml', 'gone.json', 'gone.mjs'])('cannot read %s, which is not there', async (name) => {
    expect(await folder.refusal([name])).toBe(
      unreadable(`${name} does not exist; check the path, which starts at the folder the command runs in`),
    )
  })

  it('cannot read a folder', async () => {
    expect(await folder.refusal(['.yml'])).toBe(
      unreadable('.yml is of no known kind; name it .yml, .yaml, .json, .ts, .mts, .js, .mjs or .cjs'),
    )
  })

  it('cannot read a pipe, which nobody may ever write to', async () => {
    execFileSync('mkfifo', [join(folder.path, 'pipe.yml')])
    expect(await folder.refusal(['pipe.yml'])).toBe(unreadable('pipe.yml is a pipe or a device; name a file'))
  })

  it('names every file that cannot be read', async () => {
    expect(await folder.refusal(['gone.yml', 'gone.json'])).toMatch(
      /gone\.yml does not exist.*\n {2}gone\.json does not exist/,
    )
  })

  it('accepts a byte-order mark and CRLF', async () => {
    expect(await folder.refusalOf(`\uFEFF${head.replaceAll('\n', '\r\n')}`)).toBe('sound')
  })

  it('accepts JSON with the name of its schema, indented with tabs', async () => {
    await folder.write(
      'tabs.json',
      '{\n\t"$schema": "./millrace.schema.json",\n\t"version": 1,\n\t"scenario": { "name": "shop" }\n}',
    )
    expect(await folder.refusal(['tabs.json'])).toBe('sound')
  })

  it('wants at least one', async () => {
    await expect(loadConfig([])).rejects.toThrow(new RangeError('loadConfig needs the name of at least one file'))
  })
})

describe('Modules', () => {
  it('are imported; a key that is undefined says nothing', async () => {
    const loaded = await loadConfig(['app.config.ts'], { cwd: modules })
    expect(loaded.config.runtime.max_in_flight).toBe(1024)
    expect(loaded.config.runtime.platform.process_groups[0]?.partitions).toBe(2)
    expect(loaded.locate(['runtime', 'platform'])).toEqual({ file: 'app.config.ts' })
  })

  it.each([
    [
      'broken.config.mjs',
      [
        'CONFIG_INVALID: 4 mistakes in broken.config.mjs',
        '  broken.config.mjs runtime.discovery_modules[0] must be plain data as a file could hold it (got a function)',
        '  broken.config.mjs runtime.discovery_modules[1] must be plain data as a file could hold it (got a Date)',
        '  broken.config.mjs runtime.nodes must be plain data as a file could hold it (got a Map)',
        '  broken.config.mjs runtime.max_in_flight must be a whole number of at least 1 (got 0)',
      ].join('\n'),
    ],
    [
      'function.config.mjs',
      'CONFIG_INVALID: 1 mistake in function.config.mjs\n  function.config.mjs the configuration must be plain data as a file could hold it (got a function)',
    ],
    [
      'no-default.config.mjs',
      unreadable('no-default.config.mjs has no default export; write: export default { version: 1, … }'),
    ],
    [
      'throws.config.mjs',
      unreadable('throws.config.mjs cannot be imported (it throws); run node throws.config.mjs to see why'),
    ],
  ])('%s are refused', async (name, message) => {
    expect(await folder.refusal([name], { cwd: modules })).toBe(message)
  })

  it('may be compiled to CommonJS, with what was their default export inside', async () => {
    const compiled = { __esModule: true, default: { version: 1, scenario: { name: 'compiled' } } }
    const { config } = await loadConfig(['app.config.ts'], {
      cwd: modules,
      importModule: async () => ({ default: compiled }),
    })
    expect(config.scenario.name).toBe('compiled')
  })

  it('in TypeScript say what to do where this process cannot import them', async () => {
    // What Node.js 20 throws for such a file without a loader.
    const importModule = async () => {
      throw Object.assign(new TypeError('Unknown file extension ".ts"'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' })
    }
    expect(await folder.refusal(['app.config.ts'], { cwd: modules, importModule })).toBe(
      unreadable(
        'app.config.ts is TypeScript, which this process cannot import; start it with node --import tsx, or write YAML',
      ),
    )
  })
})

describe('A configuration given in code', () => {
  it('is copied, completed and frozen', () => {
    const given = { version: 1, scenario: { name: 'shop' }, nodes: { a: { list: [1] } } }
    const { config, files, locate } = loadValue(given, { cwd: '/srv/shop' })
    expect(given).toEqual({ version: 1, scenario: { name: 'shop' }, nodes: { a: { list: [1] } } })
    expect(config.nodes).toEqual(given.nodes)
    expect(config.nodes.a?.list).not.toBe(given.nodes.a.list)
    expect(Object.isFrozen(config.nodes.a?.list)).toBe(true)
    expect(files).toEqual([])
    expect(locate(['version'])).toBeUndefined()
  })

  it('takes relative paths from the folder it is told', () => {
    expect(loadValue({ version: 1, scenario: { name: 'shop' } }, { cwd: '/srv/shop' }).baseDir).toBe('/srv/shop')
  })

  it('is refused without the name of a file', () => {
    expect(() => loadValue({ version: 1, scenario: {} })).toThrow(
      'CONFIG_INVALID: 1 mistake in the configuration\n  scenario.name is required; it must be text of 1 to 128 characters',
    )
  })

  it('is refused where it holds itself', () => {
    const circle: Record<string, unknown> = { version: 1, scenario: { name: 'shop' } }
    circle.nodes = { circle }
    expect(() => loadValue(circle)).toThrow('holds itself, or too many values')
  })
})
