import type { WebConfig } from '@millrace/config-validator'

/** Where a web server is reached. */
export function serverUrl({ host, tls }: WebConfig['server'], port: number): string {
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
