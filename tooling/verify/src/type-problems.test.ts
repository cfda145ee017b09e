import { checkPackage, Package } from '@arethetypeswrong/core'
import { describe, expect, it } from '@jest/globals'
import { problemsOf } from './type-problems.js'

async function problems(exported: Readonly<Record<string, string>>, declarations: string): Promise<readonly string[]> {
  const manifest = { name: 'one', version: '1.0.0', type: 'module', exports: { '.': exported } }
  const files = {
    '/node_modules/one/package.json': JSON.stringify(manifest),
    '/node_modules/one/dist/index.js': 'export const one = 1\n',
    [`/node_modules/one/dist/${declarations}`]: 'export declare const one: number\n',
  }
  return problemsOf(await checkPackage(new Package(files, 'one', '1.0.0')))
}

describe('problemsOf', () => {
  it('finds nothing in ES modules with types, though CommonJS cannot require them', async () => {
    expect(await problems({ types: './dist/index.d.ts', default: './dist/index.js' }, 'index.d.ts')).toEqual([])
  })

  it('finds types that do not resolve', async () => {
    expect(await problems({ types: './dist/none.d.ts', default: './dist/index.js' }, 'other.d.ts')).toEqual([
      'No types (., node16-esm)',
      'Used fallback condition (., node16-esm)',
      'No types (., bundler)',
      'Used fallback condition (., bundler)',
    ])
  })

  it('finds an entry point that does not resolve', async () => {
    expect(await problems({ default: './dist/none.js' }, 'index.d.ts')).toEqual([
      'Resolution failed (., node16-esm)',
      'Resolution failed (., bundler)',
    ])
  })

  it('finds types of another kind of module', async () => {
    expect(await problems({ types: './dist/index.d.cts', default: './dist/index.js' }, 'index.d.cts')).toEqual([
      'Masquerading as CJS',
    ])
  })

  it('finds that there are no types', async () => {
    expect(await problems({ default: './dist/index.js' }, 'readme.md')).toEqual(['the package has no types'])
  })
})
