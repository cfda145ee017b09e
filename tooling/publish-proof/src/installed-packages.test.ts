import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { installedPackages, unwantedPackages } from './installed-packages.js'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-installed-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function install(...paths: readonly string[]): void {
  for (const path of paths) mkdirSync(join(folder, path), { recursive: true })
}

describe('installedPackages', () => {
  it('finds nested and scoped packages of npm', () => {
    install('node_modules/a/node_modules/@s/b', 'node_modules/@s/c', 'node_modules/.bin')
    expect(installedPackages(join(folder, 'node_modules'))).toEqual(['@s/b', '@s/c', 'a'])
  })

  it("finds the packages in pnpm's folder and follows no links", () => {
    install('node_modules/.pnpm/a@1.0.0/node_modules/a', 'node_modules/.pnpm/@s+b@1.0.0/node_modules/@s/b')
    symlinkSync(join(folder, 'node_modules/.pnpm/a@1.0.0/node_modules/a'), join(folder, 'node_modules/a'))
    expect(installedPackages(join(folder, 'node_modules'))).toEqual(['@s/b', 'a'])
  })
})

describe('unwantedPackages', () => {
  it('names web frameworks, brokers and telemetry', () => {
    const names = [
      'typebox',
      'fastify',
      '@fastify/cors',
      'ws',
      'redis',
      '@opentelemetry/api',
      'fastify-like',
      '@fastify/merge-json-schemas',
    ]
    expect(unwantedPackages(names)).toEqual(['fastify', '@fastify/cors', 'ws', 'redis', '@opentelemetry/api'])
  })
})
