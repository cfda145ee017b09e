import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { EventEmitter, Ingress, WebServer, WebServerSettings } from '@millrace/contracts'
import type { Preflight } from '../preflight/preflight.js'

/**
 * Makes the web server that a configuration describes; it does not listen yet.
 *
 * @throws MillraceError CONFIG_UNREADABLE, PACKAGE_MISSING
 */
export async function openWebServer(
  { config, baseDir }: Preflight,
  ingress: Ingress,
  events: EventEmitter,
): Promise<WebServer> {
  const { createWebServer } = await import('@millrace/web-fastify')
  return createWebServer({ ingress, events }, await serverSettings(config.runtime.web, baseDir))
}

async function serverSettings(
  { server, cors }: Preflight['config']['runtime']['web'],
  baseDir: string,
): Promise<WebServerSettings> {
  const { host, port, http2, tls, max_websockets: maxSockets } = server
  const read = (path: string): Promise<string> => readFile(resolve(baseDir, path), 'utf8')
  return {
    host,
    port,
    http2,
    tls: tls === undefined ? undefined : { key: await read(tls.key_file), cert: await read(tls.cert_file) },
    maxSockets,
    cors,
  }
}
