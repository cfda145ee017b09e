import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { masterKey } from '@millrace/wire'
import { marked, thrownText } from '../programs/marked.js'
import type { Hidden } from './find-leaks.js'

const keepsKeys = new URL('../programs/keeps-keys.mjs', import.meta.url)

/** Everything that the programs of one stage must hide; it stands in a folder of its own. */
export class Secrets {
  /** Holds the static secret, and nobody else may read it. */
  readonly file: string
  /** What is sent to the receiver of OTLP with every request, as `headers_env` names it. */
  readonly headers: string
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'millrace-secrets-'))
  readonly #secret: Buffer = randomBytes(48)
  readonly #headerKey: string = randomBytes(32).toString('base64url')

  constructor() {
    this.file = join(this.#folder, 'secret')
    this.headers = `x-api-key=${this.#headerKey}`
    writeFileSync(this.file, this.#secret, { mode: 0o600 })
  }

  /** For `NODE_OPTIONS`: the process and its workers keep here what keys they make. */
  get preload(): string {
    const url = new URL(keepsKeys)
    url.searchParams.set('to', this.#keptFile)
    return `--import=${url.href}`
  }

  /** All of it, as far as it has been made. */
  hidden(): readonly Hidden[] {
    const made = [Buffer.from(this.master()), ...this.kept()].filter((key) => !key.equals(this.#secret))
    const keys = [...new Set(made.map((key) => key.toString('latin1')))]
    return [
      { what: 'the static secret', value: this.#secret },
      { what: 'the key of the receiver', value: Buffer.from(this.#headerKey) },
      ...keys.map((key, index) => ({ what: `key ${index + 1}`, value: Buffer.from(key, 'latin1') })),
      ...Object.entries(marked).map(([name, text]) => ({ what: `the marked ${name}`, value: Buffer.from(text) })),
      { what: 'what a handler threw', value: Buffer.from(thrownText), allowed: forOperators },
    ]
  }

  /** A key as a run would have it, for links that are made here. */
  master(): Uint8Array {
    return masterKey(this.#secret, 'hkdf_sha256')
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #keptFile(): string {
    return join(this.#folder, 'kept')
  }

  /** The keys that processes have made, and what they were made of: a byte says how long each is. */
  kept(): readonly Buffer[] {
    const kept = existsSync(this.#keptFile) ? readFileSync(this.#keptFile) : Buffer.alloc(0)
    const keys: Buffer[] = []
    for (let at = 0; at < kept.length; at += 1 + (kept[at] ?? 0))
      keys.push(kept.subarray(at + 1, at + 1 + (kept[at] ?? 0)))
    return keys.filter(({ length }) => length >= 32)
  }
}

/** Events and log lines are for whoever runs an application. */
function forOperators(where: string): boolean {
  return where === 'stderr' || where === 'OTLP /v1/logs' || where.startsWith('log lines in ')
}
