import { afterEach, describe, expect, it } from '@jest/globals'
import { createTestWorkspace, type TestWorkspace } from '../test-workspace.js'
import { readWorkspace } from '../workspace.js'
import { checkManifests } from './check-manifests.js'
import { checkTraces, commonTraces, localTraces } from './check-traces.js'

let workspace: TestWorkspace | undefined

afterEach(() => {
  workspace?.remove()
  workspace = undefined
})

const good = {
  name: '@millrace/contracts',
  version: '0.1.0',
  description: 'The words that every package shares',
  license: 'Apache-2.0',
  repository: { type: 'git', url: 'git+https://github.com/millrace/millrace.git', directory: 'packages/contracts' },
  type: 'module',
  engines: { node: '>=20.19' },
  sideEffects: false,
  exports: {
    '.': { '@millrace/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './schema.json': './schema.json',
  },
  publishConfig: {
    access: 'public',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './schema.json': './schema.json' },
  },
  files: ['dist', 'schema.json'],
  dependencies: { typebox: 'catalog:' },
}

const files = {
  'pnpm-workspace.yaml': "catalog:\n  typebox: 1.4.3\n  '@types/node': 20.0.0\n",
  'docs/decisions/001-tools.md': 'We use `typebox` and `@types/node`.',
  'packages/contracts/README.md': '# contracts',
  'packages/contracts/schema.json': '{}',
  'packages/contracts/src/index.ts': '',
}

function check(manifest: unknown, more: Readonly<Record<string, unknown>> = {}): readonly string[] {
  workspace = createTestWorkspace({ ...files, 'packages/contracts/package.json': manifest, ...more })
  const report = checkManifests(readWorkspace(workspace.root), [], [])
  return report.findings.map(({ file, problem }) => `${file}: ${problem}`)
}

describe('checkManifests', () => {
  it('accepts a complete manifest', () => {
    expect(check(good)).toEqual([])
  })

  it.each([
    ['name', { name: '@millrace/words' }, "name must be the folder's: @millrace/contracts"],
    ['license', { license: 'MIT' }, 'license must be Apache-2.0'],
    ['type', { type: 'commonjs' }, 'type must be module'],
    ['engines', { engines: { node: '>=18' } }, 'engines.node must be >=20.19'],
    ['side effects', { sideEffects: true }, 'sideEffects must be false'],
    ['description', { description: 'words' }, 'description must say what the package is for'],
    ['files', { files: ['src'] }, 'files must include dist'],
    ['an export of nothing', { exports: './dist/index.js' }, 'exports must have an entry "."'],
    [
      'an export of a file that is not there',
      {
        exports: { '.': good.exports['.'], './none.json': './none.json' },
        publishConfig: {
          access: 'public',
          exports: { '.': good.publishConfig.exports['.'], './none.json': './none.json' },
        },
      },
      'exports["./none.json"]: ./none.json does not exist',
    ],
    [
      'source after default',
      {
        exports: {
          '.': { types: './dist/index.d.ts', default: './dist/index.js', '@millrace/source': './src/index.ts' },
          './schema.json': './schema.json',
        },
      },
      'exports["."] must be {"@millrace/source":"./src/index.ts","types":"./dist/index.d.ts","default":"./dist/index.js"}',
    ],
    [
      'source in what is published',
      { publishConfig: { access: 'public', exports: good.exports } },
      'publishConfig.exports must be exports without @millrace/source: {".":{"types":"./dist/index.d.ts","default":"./dist/index.js"},"./schema.json":"./schema.json"}',
    ],
    [
      'a range',
      { dependencies: { typebox: '^1.4.3' } },
      'dependencies: typebox must be catalog: or an exact version, not ^1.4.3',
    ],
    [
      'a second version',
      { dependencies: { typebox: '1.4.2' } },
      'dependencies: typebox is 1.4.2 here and 1.4.3 in the catalog; use catalog:',
    ],
    [
      'an internal version',
      { dependencies: { '@millrace/routing': '0.1.0' } },
      'dependencies: @millrace/routing must be workspace:*, not 0.1.0',
    ],
  ])('refuses: %s', (_, change, problem) => {
    expect(check({ ...good, ...change })).toEqual([`packages/contracts/package.json: ${problem}`])
  })

  it('refuses a dependency that neither the catalog nor a decision names', () => {
    expect(check({ ...good, dependencies: { '@types/nothing': 'catalog:' } })).toEqual([
      'packages/contracts/package.json: dependencies: @types/nothing is not in the catalog',
      'packages/contracts/package.json: no line in docs/decisions says why `@types/nothing` is needed',
    ])
  })

  it('refuses a catalog that allows a range', () => {
    const catalog = 'catalog:\n  typebox: ^1.4.3\n'
    expect(check(good, { 'pnpm-workspace.yaml': catalog })).toEqual([
      'pnpm-workspace.yaml: catalog: typebox must be exact, not ^1.4.3',
    ])
  })

  it('refuses two versions among the published packages', () => {
    const other = {
      ...good,
      name: '@millrace/routing',
      version: '0.2.0',
      repository: { ...good.repository, directory: 'packages/routing' },
    }
    const rest = {
      'packages/routing/README.md': '# routing',
      'packages/routing/schema.json': '{}',
      'packages/routing/src/index.ts': '',
    }
    expect(check(good, { ...rest, 'packages/routing/package.json': other })).toEqual([
      'packages/routing/package.json: version is 0.2.0, but @millrace/contracts has 0.1.0; all have one version',
    ])
  })
})

describe('checkTraces', () => {
  // Put together here, because the check reads this file too.
  const slash = '/'
  const setting = ['registry', 'https:'].join('=')
  const machine = { root: '/srv/checkout-17', home: '/var/someone', registry: 'https://npm.corp.example/mirror/' }

  function traces(text: string, file = 'docs/note.md'): readonly string[] {
    workspace = createTestWorkspace({ [file]: text })
    return checkTraces(workspace.root, [file], [...commonTraces, ...localTraces(machine)]).map(({ problem }) => problem)
  }

  it.each([
    ['the checkout', `see\n/srv/checkout-17/src`, 'line 2 holds the path of a checkout: /srv/checkout-17'],
    ['the home folder', 'in /var/someone/.', 'line 1 holds the path of a home folder: /var/someone/'],
    ['the registry', 'from npm.corp.example', 'line 1 holds the host of a registry: npm.corp.example'],
    ['any home folder', `${slash}home/ann/x`, `line 1 holds a path below a home folder: ${slash}home/ann/`],
    ['a setting of a registry', `${setting}//x`, `line 1 holds a registry: ${setting}`],
  ])('finds %s', (_, text, problem) => {
    expect(traces(text)).toEqual([problem])
  })

  it('finds a URL in the lockfile', () => {
    expect(traces('tarball: https://anywhere.example/a.tgz', 'pnpm-lock.yaml')).toEqual([
      'line 1 holds a URL: https://',
    ])
  })

  it('leaves ordinary paths and URLs alone', () => {
    expect(traces('/srv/checkout-170, ./home/x/, https://example.com/home/page/, my.npm.corp.example2')).toEqual([])
  })
})
