import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MillraceConfig } from '@millrace/config-validator'
import type { PreflightFinding } from './preflight-error.js'

/** A package that some part of the configuration needs. */
interface Need {
  readonly what: string
  readonly package: string
}

const transports = {
  tcp_local: '@millrace/transport-tcp-secure',
  zeromq_local: '@millrace/transport-zeromq',
  redis: '@millrace/transport-redis',
} as const

/** Optional packages that the configuration asks for and that cannot be found from its folder. */
export function missingPackages(config: MillraceConfig, baseDir: string): readonly PreflightFinding[] {
  return needs(config)
    .filter((need) => !isInstalled(need.package, baseDir))
    .map((need) => ({
      code: 'PACKAGE_MISSING',
      message: `${need.what} needs ${need.package}; run: npm install ${need.package}`,
    }))
}

function needs({ runtime, dead_letters }: MillraceConfig): readonly Need[] {
  const { platform, web, observability } = runtime
  const { tracing, metrics, logging } = observability
  const exporters = tracing.exporters.length + metrics.exporters.length + logging.exporters.length
  const found: (Need | undefined)[] = [
    platform.bootstrap.mode === 'process_supervisor'
      ? { what: 'process_supervisor', package: '@millrace/supervisor' }
      : undefined,
    platform.execution_ipc === undefined
      ? undefined
      : { what: platform.execution_ipc.transport, package: transports[platform.execution_ipc.transport] },
    platform.kv.backend === 'redis' ? { what: 'kv.backend redis', package: transports.redis } : undefined,
    dead_letters.backend === 'redis' ? { what: 'dead_letters.backend redis', package: transports.redis } : undefined,
    web.interfaces.length > 0 ? { what: 'runtime.web.interfaces', package: '@millrace/web-fastify' } : undefined,
    exporters > 0 || observability.console
      ? { what: 'runtime.observability', package: '@millrace/observability' }
      : undefined,
    observability.console ? { what: 'runtime.observability.console', package: '@millrace/console' } : undefined,
  ]
  const listed = found.filter((need) => need !== undefined)
  return listed.filter((need, index) => listed.findIndex((other) => other.package === need.package) === index)
}

/** Whether a package stands in a `node_modules` that an import from a folder would look into. */
function isInstalled(name: string, folder: string): boolean {
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true
  const above = dirname(folder)
  return above !== folder && isInstalled(name, above)
}
