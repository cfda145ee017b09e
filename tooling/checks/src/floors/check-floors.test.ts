import { afterEach, describe, expect, it } from '@jest/globals'
import { createTestWorkspace, type TestWorkspace } from '../test-workspace.js'
import { readWorkspace } from '../workspace.js'
import { checkFloors } from './check-floors.js'

let workspace: TestWorkspace | undefined

afterEach(() => {
  workspace?.remove()
  workspace = undefined
})

function problems(files: Readonly<Record<string, unknown>>): readonly string[] {
  workspace = createTestWorkspace(files)
  return checkFloors(readWorkspace(workspace.root)).findings.map(({ file, problem }) => `${file}: ${problem}`)
}

describe('checkFloors', () => {
  it('accepts dependencies on lower floors and conformance for tests', () => {
    expect(
      problems({
        'packages/contracts/package.json': { name: '@millrace/contracts' },
        'packages/conformance/package.json': {
          name: '@millrace/conformance',
          dependencies: { '@millrace/contracts': 'workspace:*' },
        },
        'packages/reply-waiter/package.json': {
          name: '@millrace/reply-waiter',
          dependencies: { '@millrace/contracts': 'workspace:*' },
          devDependencies: { '@millrace/conformance': 'workspace:*' },
        },
        'packages/kernel/package.json': {
          name: '@millrace/kernel',
          dependencies: { '@millrace/transport-memory': 'workspace:*' },
          peerDependencies: { '@millrace/supervisor': 'workspace:*' },
          peerDependenciesMeta: { '@millrace/supervisor': { optional: true } },
        },
      }),
    ).toEqual([])
  })

  it.each([
    [
      'a dependency on the same floor',
      { name: '@millrace/routing', dependencies: { '@millrace/placement': 'workspace:*' } },
      'dependencies: @millrace/routing (floor 1) may not depend on @millrace/placement (floor 1); only on lower floors',
    ],
    [
      'a devDependency on a higher floor',
      { name: '@millrace/routing', devDependencies: { '@millrace/kernel': 'workspace:*' } },
      'devDependencies: @millrace/routing (floor 1) may not depend on @millrace/kernel (floor 3); only on lower floors',
    ],
    [
      'an adapter on an adapter',
      { name: '@millrace/supervisor', peerDependencies: { '@millrace/transport-memory': 'workspace:*' } },
      'peerDependencies: @millrace/supervisor (floor 2) may not depend on @millrace/transport-memory (floor 2); only on lower floors',
    ],
    [
      'the conformance suites outside of tests',
      { name: '@millrace/kernel', dependencies: { '@millrace/conformance': 'workspace:*' } },
      'dependencies: @millrace/conformance is for tests; move it to devDependencies',
    ],
    [
      'a kernel that brings an adapter along',
      { name: '@millrace/kernel', dependencies: { '@millrace/observability': 'workspace:*' } },
      'dependencies: @millrace/observability is an adapter; @millrace/kernel may have it only as an optional peer (peerDependenciesMeta)',
    ],
    [
      'a kernel with a peer that is not optional',
      { name: '@millrace/kernel', peerDependencies: { '@millrace/observability': 'workspace:*' } },
      'peerDependencies: @millrace/observability is an adapter; @millrace/kernel may have it only as an optional peer (peerDependenciesMeta)',
    ],
    [
      'a dependency on a tool of the repository',
      { name: '@millrace/kernel', dependencies: { '@millrace/checks': 'workspace:*' } },
      'dependencies: @millrace/checks stands on no floor, so @millrace/kernel may not depend on it',
    ],
    [
      'a package that the table does not know',
      { name: '@millrace/attic' },
      '@millrace/attic stands on no floor; add it to the floor table',
    ],
  ])('refuses %s', (_, manifest, problem) => {
    expect(problems({ 'packages/one/package.json': manifest })).toEqual([`packages/one/package.json: ${problem}`])
  })

  it('refuses imports that the manifest does not name', () => {
    const manifest = {
      name: '@millrace/contracts',
      dependencies: { typebox: '1.0.0' },
      devDependencies: { '@scope/dev': '1.0.0' },
    }
    expect(
      problems({
        'packages/contracts/package.json': manifest,
        'packages/contracts/src/index.ts':
          "import 'node:fs'\nimport { a } from 'typebox/value'\nimport type { b } from '@scope/dev/deep'\nexport * from 'ajv'\n",
        'packages/contracts/src/lazy.ts': "export const load = () => import('yaml')\n",
        'packages/contracts/src/far.ts': "import '../../kernel/src/index.js'\n",
        'packages/contracts/src/index.test.ts': "import '@scope/dev'\nimport '@millrace/contracts'\n",
      }),
    ).toEqual([
      'packages/contracts/src/far.ts: imports ../../kernel/src/index.js, which is outside of packages/contracts',
      'packages/contracts/src/index.ts: imports @scope/dev, which packages/contracts/package.json does not name',
      'packages/contracts/src/index.ts: imports ajv, which packages/contracts/package.json does not name',
      'packages/contracts/src/lazy.ts: imports yaml, which packages/contracts/package.json does not name',
    ])
  })

  it('lets tests import what the root has for all', () => {
    expect(
      problems({
        'package.json': { devDependencies: { '@jest/globals': '1.0.0' } },
        'packages/contracts/package.json': { name: '@millrace/contracts' },
        'packages/contracts/test/one.ts': "import '@jest/globals'\n",
      }),
    ).toEqual([])
  })
})
