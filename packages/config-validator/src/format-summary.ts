import type { InterfaceSummary } from './interface-summary.js'
import type { GroupSummary, StartupSummary, TransportSummary } from './startup-summary.js'

/** The summary as text: a block of aligned lines, without a line end. */
export function formatSummary(summary: StartupSummary): string {
  const { exporters } = summary
  const blocks: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ['scenario', [summary.scenario]],
    ['profile', [`${summary.profile}, ${summary.mode}`]],
    [
      'transport',
      summary.transport === null ? ['none: everything runs in this process'] : transportLines(summary.transport),
    ],
    ['state', [summary.stateBackend]],
    ['groups', summary.groups.map(groupLine)],
    [
      'hops',
      summary.hops.map(
        (hop) => `${hop.from} → ${hop.to}: ${hop.type} (${hop.fromGroup} → ${hop.toGroup}, ${hop.choose})`,
      ),
    ],
    ['interfaces', summary.interfaces.flatMap(interfaceLines)],
    [
      'exporters',
      [
        `tracing ${words(exporters.tracing)}`,
        `metrics ${words(exporters.metrics)}`,
        `logging ${words(exporters.logging)}`,
      ],
    ],
    ['console', [summary.console ? 'on' : 'off']],
  ]
  return blocks.map(([label, lines]) => block(label, lines)).join('\n')
}

const labelWidth = 12

function block(label: string, lines: readonly string[]): string {
  const [first = 'none', ...rest] = lines
  return [label.padEnd(labelWidth) + first, ...rest.map((line) => ' '.repeat(labelWidth) + line)].join('\n')
}

/** Says of the restart only what the configuration does not say. */
function groupLine({ name, workers, nodes, restartConfigured }: GroupSummary): string {
  const line = `${name} × ${workers}: ${nodes.join(', ')}`
  if (restartConfigured === undefined) return line
  return `${line} (restart never, not ${restartConfigured}: it has a source or a sink)`
}

function transportLines({ name, maxPayloadBytes, auth, ...where }: TransportSummary): readonly string[] {
  return [
    `${name} ${whereText(where)}, frames up to ${maxPayloadBytes} bytes`,
    `signed with ${auth.mode}, kdf ${auth.kdf}, ttl ${auth.ttlSeconds} s, ${auth.nonceCacheSize} nonces`,
    `secret: ${auth.secret}`,
  ]
}

function whereText({ bindHost, bindPort, redis }: Pick<TransportSummary, 'bindHost' | 'bindPort' | 'redis'>): string {
  if (redis !== undefined) return `at the server ${redis.url}, keys begin with {${redis.keyPrefix}}`
  return `on ${bindHost}, ${bindPort === 0 ? 'free ports' : `port ${bindPort}`}`
}

function interfaceLines({ kind, method, url, exchanges }: InterfaceSummary): readonly string[] {
  const address = `${method ?? kind} ${url}`
  return exchanges.length === 1 ? [`${address} ${exchanges[0]}`] : [address, ...exchanges.map((line) => `  ${line}`)]
}

function words(list: readonly string[]): string {
  return list.length === 0 ? 'off' : list.join(', ')
}
