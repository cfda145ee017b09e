import type { MillraceConfig } from '@millrace/config-validator'
import { type ConfigPath, type Finding, type Graph, nearestName } from '@millrace/contracts'

/** Parts of paths, and binds, that name a field which the request has not: what they hold would never reach a handler. */
export function requestFieldFindings({ runtime }: MillraceConfig, { types }: Graph): readonly Finding[] {
  const fieldsOf = new Map(types.map(({ name, fields }) => [name, fields]))
  return runtime.web.interfaces.flatMap((face, index) => {
    if (face.kind === 'graphql') return []
    const fields = fieldsOf.get(face.request) ?? []
    if (fields.length === 0) return [] // bytes, or any names at all
    const path = ['runtime', 'web', 'interfaces', index]
    const unknown = { request: face.request, fields }
    const sources = Object.values(face.binds)
    const parts = partsOf(face.path).filter((part) => !sources.includes(`path.${part}`) && !fields.includes(part))
    const binds = Object.keys(face.binds).filter((field) => !fields.includes(field))
    return [
      ...parts.map((part) => ({
        code: 'CONFIG_INVALID' as const,
        message: `the path has a part :${part}, and ${hasNoField(part, unknown)}; name a field, or bind one to path.${part}`,
        path: [...path, 'path'],
      })),
      ...binds.map((field) => ({
        code: 'CONFIG_INVALID' as const,
        message: `binds sets ${field}, and ${hasNoField(field, unknown)}`,
        path: [...path, 'binds', field] satisfies ConfigPath,
      })),
    ]
  })
}

function partsOf(path: string): readonly string[] {
  return path.split('/').flatMap((part) => (part.startsWith(':') ? [part.slice(1)] : []))
}

function hasNoField(
  name: string,
  { request, fields }: { readonly request: string; readonly fields: readonly string[] },
) {
  const near = nearestName(name, fields)
  return `'${request}' has no such field${near === undefined ? '' : ` (did you mean ${near}?)`}`
}
