/**
 * What happens to every request before its interface sees it.
 *
 * G1  It gets a trace: that of its `traceparent`, else a new one; its answer says which.
 * G2  Where the application authenticates, nobody unknown comes further; how long that may take the interface says.
 * G3  A client that asks too often is refused: by its principal where there is one, else by its address.
 * G4  A request with the `X-Request-Id` of one that is not answered yet is refused.
 * G5  A page of another origin has nothing done that its browser would not ask for first, unless `cors` names it.
 */
import {
  type Authenticate,
  type InterfacePolicies,
  MillraceError,
  type Principal,
  type WebInterface,
  type WebRequest,
} from '@millrace/contracts'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { isOfOwnPage, isSentUnasked } from './own-page.js'
import { refusal } from './problem.js'
import { createRateLimiter, type RateLimiter } from './rate-limiter.js'
import type { Site, Visit } from './site.js'
import { visitDecorator } from './site.js'
import { answeredTraceparent, traceOf } from './traceparent.js'

/** What a guard must know of an interface. */
export interface Guarded {
  readonly kind: WebInterface['kind']
  readonly name: string
  readonly policies: InterfacePolicies
}

const longestRequestId = 128

/** Makes the hook that guards an interface. @param limiter of its own, where something else takes from that too */
export function createGuard(
  site: Site,
  face: Guarded,
  limiter: RateLimiter | undefined = limiterOf(site, face),
): onRequestHookHandler {
  return (request, reply, done) => {
    const visit = begin(site, request, reply, undefined)
    if (isOfOtherPage(request, face, site))
      return done(refusal('WEB_FORBIDDEN', 'pages of this origin may not send this'))
    const { authenticate } = site.ingress
    if (authenticate === undefined) return admit(site, { request, reply, visit, limiter, face }, done)
    const goOn = whileOpen(reply, done)
    askWho(authenticate, request, face).then(
      (principal) =>
        goOn((next) => admit(site, { request, reply, visit: known(request, visit, principal), limiter, face }, next)),
      (error: Error) => goOn((next) => next(spentBy(limiter, request.ip) ?? error)),
    )
  }
}

/** Whether it would be done for a page that may not ask. GraphQL takes by POST what browsers ask about, and nothing else. */
function isOfOtherPage({ method, headers, host }: FastifyRequest, { kind }: Guarded, { origins }: Site): boolean {
  return kind !== 'graphql' && isSentUnasked(method, headers) && !isOfOwnPage(headers, host, origins)
}

type Done = (error?: Error) => void

/** Whoever has left meanwhile needs no answer, and nothing is begun for them. */
function whileOpen(reply: FastifyReply, done: Done): (go: (done: Done) => void) => void {
  let isOpen = true
  reply.raw.once('close', () => {
    isOpen = false
  })
  return (go) => {
    if (isOpen) go(done)
  }
}

/**
 * Who a request is from.
 *
 * @throws MillraceError WEB_UNAUTHENTICATED; REPLY_TIMEOUT when the application does not say it in the time of the interface;
 * NODE_FAILED when it throws what is no error
 */
export async function askWho(
  authenticate: Authenticate,
  { method, url, headers, ip }: Pick<WebRequest, 'method' | 'url' | 'headers' | 'ip'>,
  { name, policies: { timeoutMs } }: Guarded,
): Promise<Principal> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = refusal('REPLY_TIMEOUT', `who you are was not known within ${timeoutMs} ms`)
    timer = setTimeout(reject, timeoutMs, error)
  })
  try {
    const principal: unknown = await Promise.race([authenticate({ method, url, headers, ip, interface: name }), late])
    if (isPrincipal(principal)) return principal
  } catch (thrown) {
    throw MillraceError.from(thrown, 'NODE_FAILED', 'the application could not say who a request is from')
  } finally {
    clearTimeout(timer)
  }
  throw refusal('WEB_UNAUTHENTICATED', 'say who you are, as this service asks it')
}

/** What is not written in TypeScript may say nobody by null, or false. */
function isPrincipal(said: unknown): said is Principal {
  return typeof said === 'object' && said !== null
}

/** The limiter of an interface; undefined where it has none. */
export function limiterOf(site: Site, { policies }: Guarded): RateLimiter | undefined {
  return policies.rateLimit === undefined ? undefined : createRateLimiter(policies.rateLimit, site.now)
}

/** Whom a request counts for. */
export function clientOf({ ip }: FastifyRequest, { principal }: Visit): string {
  return principal?.id ?? ip
}

/** Takes one request of a client. @returns the refusal when it has none left */
export function spentBy(limiter: RateLimiter | undefined, client: string): Error | undefined {
  const waitMs = limiter?.take(client) ?? 0
  if (waitMs === 0) return undefined
  return refusal('WEB_RATE_LIMITED', 'too many requests; wait before you send the next one', {
    retry_after: Math.ceil(waitMs / 1000),
  })
}

interface Admission {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly visit: Visit
  readonly limiter: RateLimiter | undefined
  readonly face: Guarded
}

function begin(site: Site, request: FastifyRequest, reply: FastifyReply, principal: undefined): Visit {
  const random = site.ingress.traceId()
  const trace = traceOf(request.headers.traceparent, () => random)
  const visit: Visit = { trace, principal }
  request.setDecorator(visitDecorator, visit)
  reply.header('traceparent', answeredTraceparent(trace, random))
  return visit
}

function known(request: FastifyRequest, { trace }: Visit, principal: Principal): Visit {
  const visit: Visit = { trace, principal }
  request.setDecorator(visitDecorator, visit)
  return visit
}

function admit(site: Site, admission: Admission, done: Done): void {
  const { request, visit, limiter } = admission
  if (limiter !== undefined) {
    const spent = spentBy(limiter, clientOf(request, visit))
    if (spent !== undefined) return done(spent)
  }
  const id = request.headers['x-request-id']
  if (id === undefined) done()
  else done(holdRequestId(site, admission, String(id)))
}

function holdRequestId({ requestIds }: Site, { reply, visit, face }: Admission, id: string): Error | undefined {
  if (id.length > longestRequestId)
    return refusal('PAYLOAD_INVALID', `X-Request-Id is longer than ${longestRequestId} characters`)
  const key = `${visit.principal?.id ?? ''} ${face.name} ${id}`
  if (requestIds.has(key))
    return refusal('WEB_REQUEST_IN_FLIGHT', 'a request with this X-Request-Id is not answered yet')
  requestIds.add(key)
  reply.raw.once('close', () => requestIds.delete(key))
  reply.header('x-request-id', id)
  return undefined
}
