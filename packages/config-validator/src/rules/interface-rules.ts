import type { GraphqlInterfaceConfig, HttpInterfaceConfig } from '../config.js'
import { items, pairs, textIn } from '../draft.js'
import type { Mistake } from '../finding.js'
import type { Path } from '../path.js'
import { quote } from '../quote.js'
import type { Rule } from '../rule.js'

const interfaces: Path = ['runtime', 'web', 'interfaces']
const ownPaths = ['/health/live', '/health/ready', '/metrics']

const routesAreUnique: Rule = function* (config): Iterable<Mistake> {
  const taken = new Map<string, number>()
  for (const [index, entry] of items<HttpInterfaceConfig>(config.runtime?.web?.interfaces).entries()) {
    const path = textIn(entry.path)
    if (path === undefined) continue
    for (const route of routesOf(textIn(entry.kind), textIn(entry.method), path)) {
      const other = taken.get(route)
      if (other === undefined) taken.set(route, index)
      else if (other !== index)
        yield {
          path: [...interfaces, index, 'path'],
          message: `is taken: runtime.web.interfaces[${other}] already answers ${quote(route)}`,
        }
    }
  }
}

/** The routes that an interface takes; what its path calls its parts makes no difference. */
function routesOf(kind: string | undefined, method: string | undefined, path: string): readonly string[] {
  const shape = path.replaceAll(/:[^/]+/g, ':')
  if (kind === 'websocket') return [`GET ${shape}`]
  if (kind === 'graphql') return [`GET ${shape}`, `POST ${shape}`]
  return method === undefined ? [] : [`${method} ${shape}`]
}

const partsAreUnique: Rule = function* (config): Iterable<Mistake> {
  for (const [index, { path }] of items<HttpInterfaceConfig>(config.runtime?.web?.interfaces).entries()) {
    const parts = (textIn(path) ?? '').split('/').filter((part) => /^:(?!:)/.test(part))
    const twice = parts.find((part, at) => parts.indexOf(part) < at)
    if (twice !== undefined)
      yield {
        path: [...interfaces, index, 'path'],
        message: `has ${quote(twice)} twice, and the first of them would be lost; call one of them something else`,
      }
  }
}

const namesAreUnique: Rule = function* (config): Iterable<Mistake> {
  const seen = new Set<unknown>()
  for (const [index, { name }] of items<HttpInterfaceConfig>(config.runtime?.web?.interfaces).entries()) {
    if (textIn(name) === undefined) continue
    if (seen.has(name))
      yield {
        path: [...interfaces, index, 'name'],
        message: `is taken by another interface (got ${quote(String(name))})`,
      }
    seen.add(name)
  }
}

const ownPathsAreReserved: Rule = function* (config): Iterable<Mistake> {
  for (const [index, { path }] of items<HttpInterfaceConfig>(config.runtime?.web?.interfaces).entries())
    if (ownPaths.some((own) => own === path))
      yield {
        path: [...interfaces, index, 'path'],
        message: `is answered by the server itself, as are ${ownPaths.join(', ')}; choose another (got ${quote(String(path))})`,
      }
}

const bindsHaveTheirSource: Rule = function* (config): Iterable<Mistake> {
  for (const [index, entry] of items<HttpInterfaceConfig>(config.runtime?.web?.interfaces).entries())
    for (const [field, source] of pairs(entry.binds)) {
      const message = bindMistake(textIn(source) ?? '', textIn(entry.path), textIn(entry.method))
      if (message !== undefined) yield { path: [...interfaces, index, 'binds', field], message }
    }
}

function bindMistake(source: string, path: string | undefined, method: string | undefined): string | undefined {
  const [place, part] = source.split('.', 2)
  if (place === 'path' && part !== undefined && path !== undefined && !path.split('/').includes(`:${part}`))
    return `takes a part of the path that the path does not have; write :${part} into the path, or bind another (got ${quote(source)})`
  if (place === 'body' && method === 'GET')
    return `takes from the body, which a GET has not; bind query.NAME (got ${quote(source)})`
  return undefined
}

const graphqlHasFields: Rule = function* (config): Iterable<Mistake> {
  for (const [index, entry] of items<GraphqlInterfaceConfig>(config.runtime?.web?.interfaces).entries()) {
    const { queries, mutations, subscriptions } = entry
    const maps = [queries, mutations, subscriptions]
    if (entry.kind !== 'graphql' || maps.some((map) => typeof map !== 'object' || pairs(map).length > 0)) continue
    yield { path: [...interfaces, index], message: 'has no field; add one to queries, mutations or subscriptions' }
  }
}

/** Rules about what the web server answers. */
export const interfaceRules: readonly Rule[] = [
  routesAreUnique,
  partsAreUnique,
  namesAreUnique,
  ownPathsAreReserved,
  bindsHaveTheirSource,
  graphqlHasFields,
]
