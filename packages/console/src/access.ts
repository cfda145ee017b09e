/**
 * Who may see the page.
 *
 * A1  A code opens the page once, within its time; what is kept of it is a hash.
 * A2  A session is begun by a code and by nothing else, and ends with the console.
 * A3  Both are 32 random bytes; comparing them takes the same time whatever is compared.
 * A4  There are never more than so many of them: the oldest give way.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What access is made of. */
export interface AccessParts {
  readonly linkTtlMs: number
  readonly maxLinks: number
  readonly maxSessions: number
  /** Milliseconds that only grow. */
  readonly clock: () => number
}

/** Gives out codes and sessions. */
export interface Access {
  /** A code that begins one session. */
  code(): string
  /** @returns the session that the code begins; undefined for one that is unknown, used or too old */
  redeem(code: string): string | undefined
  knows(session: string): boolean
}

interface Code {
  readonly hash: Buffer
  readonly until: number
}

/** Makes access for one console. */
export function createAccess({ linkTtlMs, maxLinks, maxSessions, clock }: AccessParts): Access {
  let codes: readonly Code[] = []
  let sessions: readonly Buffer[] = []
  return {
    code() {
      const code = secret()
      codes = [...codes.slice(1 - maxLinks), { hash: hashOf(code), until: clock() + linkTtlMs }]
      return code
    },
    redeem(code) {
      const hash = hashOf(code)
      const now = clock()
      const living = codes.filter(({ until }) => until > now)
      codes = living.filter((known) => !timingSafeEqual(known.hash, hash))
      if (codes.length === living.length) return undefined
      const session = secret()
      sessions = [...sessions.slice(1 - maxSessions), hashOf(session)]
      return session
    },
    knows(session) {
      const hash = hashOf(session)
      return sessions.filter((known) => timingSafeEqual(known, hash)).length > 0
    },
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
