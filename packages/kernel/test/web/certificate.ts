import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate of this machine's own, as a configuration names it. */
export interface Certificate {
  readonly tls: { readonly key_file: string; readonly cert_file: string }
  remove(): void
}

/** Makes a certificate for 127.0.0.1 in a folder of its own. */
export function createCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-web-'))
  const tls = { key_file: join(folder, 'key.pem'), cert_file: join(folder, 'cert.pem') }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', tls.key_file]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-out', tls.cert_file]
  execFileSync('openssl', ['req', '-x509', ...key, ...name], { stdio: 'ignore' })
  return { tls, remove: () => rmSync(folder, { recursive: true }) }
}
