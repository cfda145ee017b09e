import { randomBytes } from 'node:crypto'
import { Acceptor, Dialler, linkKey, NonceCache, type Session, systemClock } from '../src/index.js'

const key = linkKey(new Uint8Array(32).fill(7), 'near#1', 'far#1')

/** The two sessions of near#1 and far#1 after a handshake without any connection. */
export function metSessions(): { readonly near: Session; readonly far: Session } {
  const agreed = {
    run: 'run',
    planHash: 'plan',
    ttlMs: 30_000,
    maxFrameBytes: 1_048_576,
    clock: systemClock,
    random: randomBytes,
  }
  const dialler = new Dialler({ ...agreed, local: { slot: 'near#1', incarnation: 1 } }, 'far#1', key)
  const seen = new NonceCache({ capacity: 10, ttlMs: 30_000 })
  const acceptor = new Acceptor({ ...agreed, local: { slot: 'far#1', incarnation: 1 } }, () => key, seen)
  const { welcome, session } = acceptor.answer(dialler.hello, acceptor.now())
  return { near: dialler.finish(welcome, dialler.now()), far: session }
}
