import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate of 127.0.0.1, and the directives of redis.conf that name it. */
export interface Certificate {
  /** The file with the certificate of the authority that has signed it. */
  readonly authority: string
  readonly directives: Readonly<Record<string, string>>
}

/** Makes an authority and a certificate in a folder, by means of openssl. */
export function makeCertificate(folder: string): Certificate {
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const authority = ['-subj', '/CN=millrace tests', '-keyout', at('authority.key'), '-out', at('authority.crt')]
  openssl('req', '-x509', ...key, ...authority)
  openssl('req', ...key, '-subj', '/CN=127.0.0.1', '-keyout', at('server.key'), '-out', at('server.csr'))
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1\n')
  const signedBy = ['-CA', at('authority.crt'), '-CAkey', at('authority.key'), '-CAcreateserial', '-days', '2']
  openssl('x509', '-req', '-in', at('server.csr'), ...signedBy, '-extfile', at('names'), '-out', at('server.crt'))
  return {
    authority: at('authority.crt'),
    directives: {
      'tls-cert-file': at('server.crt'),
      'tls-key-file': at('server.key'),
      'tls-ca-cert-file': at('authority.crt'),
      'tls-auth-clients': 'no',
    },
  }
}
