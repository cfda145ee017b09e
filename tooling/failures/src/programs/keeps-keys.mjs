/**
 * Preloaded into every process: keeps what keys it makes, and of what, in the file of the query `to`. So whoever tries an application
 * knows its generated secret too. A byte says how long a key is, then comes the key.
 */
import crypto from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { hkdfSync, randomBytes } = crypto
/** Of a generated secret, and of what handshakes begin with. */
const keyBytes = 32
// Opened at once: a process may be able to open nothing more.
const file = openSync(new URL(import.meta.url).searchParams.get('to'), 'a')

crypto.randomBytes = (size, ...others) => {
  const made = randomBytes(size, ...others)
  if (size === keyBytes && Buffer.isBuffer(made)) keep(made)
  return made
}
crypto.hkdfSync = (digest, secret, ...others) => {
  const made = hkdfSync(digest, secret, ...others)
  keep(Buffer.from(secret))
  keep(Buffer.from(made))
  return made
}
syncBuiltinESMExports()

function keep(key) {
  try {
    writeSync(file, Buffer.concat([Buffer.of(key.length), key]))
  } catch {
    // The process may not write: that is a fault which is made here.
  }
}
