import { browserOrigin, nearestName } from '@millrace/contracts'
import type { ProcessGroupConfig } from '../config.js'
import { items, numberIn, textIn } from '../draft.js'
import type { Mistake } from '../finding.js'
import type { Path } from '../path.js'
import { quote } from '../quote.js'
import type { Rule } from '../rule.js'

const web: Path = ['runtime', 'web']

const groupServesTheWeb: Rule = function* (config): Iterable<Mistake> {
  const { platform, web: settings } = config.runtime ?? {}
  const name = textIn(settings?.group)
  const supervised = platform?.bootstrap?.mode === 'process_supervisor' && Array.isArray(platform.process_groups)
  if (!supervised || name === undefined || items(settings?.interfaces).length === 0) return
  const groups = items<ProcessGroupConfig>(platform.process_groups)
  const index = groups.findIndex((group) => group.name === name)
  if (index < 0)
    yield {
      path: [...web, 'group'],
      message: unknownGroup(
        name,
        groups.map((group) => group.name),
      ),
    }
  const workers = numberIn(groups[index]?.workers)
  if (workers !== undefined && workers > 1)
    yield {
      path: ['runtime', 'platform', 'process_groups', index, 'workers'],
      message: `must be 1 in the group that serves the web (got ${workers})`,
    }
}

function unknownGroup(name: string, groups: readonly unknown[]): string {
  const names = groups.filter((group) => typeof group === 'string')
  const near = nearestName(name, names)
  const advice = near === undefined ? 'add a process group of this name, or name another' : `did you mean ${near}?`
  return `names no process group (got ${quote(name)}); ${advice}`
}

const tlsNeedsCertificate: Rule = function* (config): Iterable<Mistake> {
  const server = config.runtime?.web?.server
  if (server?.http2 !== 'tls' || server.tls !== undefined) return
  yield {
    path: [...web, 'server', 'http2'],
    message: 'is tls and there is no certificate; add tls with key_file and cert_file',
  }
}

const cleartextNeedsNoCertificate: Rule = function* (config): Iterable<Mistake> {
  const server = config.runtime?.web?.server
  if (server?.http2 !== 'h2c' || server.tls === undefined) return
  yield {
    path: [...web, 'server', 'tls'],
    message: 'is not used while http2 is h2c, which does not encrypt; set http2 to tls, or take tls away',
    atKey: true,
  }
}

const credentialsNeedOrigins: Rule = function* (config): Iterable<Mistake> {
  const cors = config.runtime?.web?.cors
  if (cors?.credentials !== true || !Array.isArray(cors.origins) || !cors.origins.includes('*')) return
  yield {
    path: [...web, 'cors', 'credentials'],
    message: 'cannot be true together with the origin *, which browsers refuse; name the origins',
  }
}

const originsAreSent: Rule = function* (config): Iterable<Mistake> {
  const origins: unknown = config.runtime?.web?.cors?.origins
  for (const [index, given] of Array.isArray(origins) ? origins.entries() : []) {
    const origin = textIn(given)
    if (origin === undefined) continue
    const sent = browserOrigin(origin)
    if (sent !== origin)
      yield {
        path: [...web, 'cors', 'origins', index],
        message: `is no origin that a browser sends, so it would allow no page (got ${quote(origin)}); write ${sent}`,
      }
  }
}

/** Rules about the web server. */
export const webRules: readonly Rule[] = [
  groupServesTheWeb,
  tlsNeedsCertificate,
  cleartextNeedsNoCertificate,
  credentialsNeedOrigins,
  originsAreSent,
]
