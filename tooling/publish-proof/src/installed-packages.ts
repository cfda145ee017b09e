import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The names of all packages below a node_modules folder, however deep, sorted. Links are not followed: pnpm keeps the
 * real folders in node_modules/.pnpm.
 */
export function installedPackages(nodeModules: string): readonly string[] {
  return [...new Set(packagesIn(nodeModules))].sort()
}

/** Those of the packages that nobody asked for: web frameworks, brokers, telemetry. */
export function unwantedPackages(names: readonly string[]): readonly string[] {
  return names.filter((name) => unwanted.test(name))
}

// One package in Fastify's scope has nothing to do with the web: fast-json-stringify merges schemas with it.
const unwanted =
  /^(?!@fastify\/merge-json-schemas$)(fastify|graphql|graphql-yoga|ws|redis|ioredis|zeromq|prom-client|pino|@fastify\/.*|@redis\/.*|@nats-io\/.*|@opentelemetry\/.*)$/

function packagesIn(nodeModules: string): readonly string[] {
  if (!existsSync(nodeModules)) return []
  return folders(nodeModules).flatMap((entry) => {
    const path = join(nodeModules, entry)
    if (entry === '.pnpm') return folders(path).flatMap((inner) => packagesIn(join(path, inner, 'node_modules')))
    if (entry.startsWith('@')) return folders(path).flatMap((name) => packageAt(`${entry}/${name}`, join(path, name)))
    return entry.startsWith('.') ? [] : packageAt(entry, path)
  })
}

function packageAt(name: string, path: string): readonly string[] {
  return [name, ...packagesIn(join(path, 'node_modules'))]
}

function folders(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}
