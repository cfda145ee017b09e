import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { isMillraceError } from '@millrace/contracts'
import fc from 'fast-check'
import { validateConfig } from '../src/index.js'
import { readYaml } from '../src/read-yaml.js'
import { plainValue } from '../src/tree.js'

const numRuns = Number(process.env.ROUNDS ?? 100)

/** What an operator may see of a refusal: the text, the facts, and what the console prints. */
function everythingShown(value: unknown): string {
  try {
    validateConfig(value)
    return ''
  } catch (error) {
    expect(isMillraceError(error)).toBe(true)
    return `${inspect(error, { depth: 20 })} ${JSON.stringify(error)}`
  }
}

const known = [
  'version',
  'scenario',
  'runtime',
  'platform',
  'execution_ipc',
  'auth',
  'web',
  'interfaces',
  'process_groups',
  'nodes',
  'redis',
  'name',
  'kind',
  'binds',
]
const secretKeys = [
  'secret',
  'key',
  'password',
  'api_key',
  'client_secret',
  'token',
  'secret_mode',
  'secret_env',
  'secret_file',
  'password_env',
  'private-key',
]
const marker = 'hunter2-marker'

/** Any tree over keys that the schema knows and keys that it does not. */
const tree = fc.letrec<{ value: unknown; mapping: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('mapping'),
  ),
  mapping: fc.dictionary(fc.oneof(fc.constantFrom(...known), fc.string()), tie('value'), { maxKeys: 5 }),
}))

/** A value that holds the marker somewhere, as a text or as a key. */
const marked = fc.oneof(
  fc.constant(marker),
  fc.constant([marker]),
  fc.constant({ [marker]: 1 }),
  fc.constant({ deep: { [marker]: marker } }),
  fc.constant(`redis://shop:${marker}@127.0.0.1`),
)

describe('Any value', () => {
  it('is accepted or refused with a MillraceError', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSet: true,
          withSparseArray: true,
          withTypedArray: true,
        }),
        (value) => {
          expect(everythingShown(value)).toEqual(expect.any(String))
        },
      ),
      { numRuns },
    )
  })

  it('of the shape of a configuration is accepted or refused with a MillraceError', () => {
    fc.assert(
      fc.property(tree.mapping, (value) => {
        expect(everythingShown(value)).toEqual(expect.any(String))
      }),
      { numRuns },
    )
  })

  it('under a key that looks like a secret is never shown', () => {
    const places = [
      'runtime.platform.execution_ipc.auth',
      'runtime.platform.redis',
      'runtime',
      'nodes',
      'nodes.price',
      '',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.constantFrom(...secretKeys), marked, (place, key, value) => {
        const path = place === '' ? [] : place.split('.')
        const given = path.reduceRight<object>((inner, name) => ({ [name]: inner }), { [key]: value })
        expect(everythingShown({ version: 2, scenario: {}, ...given })).not.toContain(marker)
      }),
      { numRuns },
    )
  })
})

describe('Any text', () => {
  const line = fc.tuple(
    fc.constantFrom('', '  ', '    ', '\t', '- ', '? '),
    fc.constantFrom(...known, ...secretKeys, '&a', '*a', '<<', '!tag', '"', '[', '{', '---', '%YAML 1.1', '1', '~'),
    fc.constantFrom(': ', ':', ' ', ', ', ''),
    fc.constantFrom(marker, '*a', '&a x', '[', ']', '}', '|', '>', "'", '1', 'true', '', '!!binary aGk=', '!!set {a}'),
  )
  const yaml = fc
    .array(
      line.map((parts) => parts.join('')),
      { maxLength: 12 },
    )
    .map((lines) => lines.join('\n'))

  /** A character of Unicode; the unit `binary` of fast-check makes a table of them first, which takes a second. */
  const character = fc
    .nat({ max: 0x10_ffff })
    .filter((code) => code >> 11 !== 0xd800 >> 11)
    .map((code) => String.fromCodePoint(code))

  it('is read or refused, and never quoted', () => {
    fc.assert(
      fc.property(fc.oneof(yaml, fc.string(), fc.string({ unit: character })), (text) => {
        const { tree: read, findings } = readYaml(text, 'app.yml')
        expect(read === undefined).toBe(findings.some((finding) => finding.code === 'CONFIG_UNREADABLE'))
        expect(everythingShown(read === undefined ? undefined : plainValue(read))).toEqual(expect.any(String))
        expect(findings.map((finding) => finding.message).join()).not.toContain(marker)
      }),
      { numRuns },
    )
  })
})
