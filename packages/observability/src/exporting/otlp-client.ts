import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { OtlpSettings } from '@millrace/contracts'

/** Posts to the receiver of OTLP. */
export interface OtlpClient {
  /**
   * Posts one body, and again where OTLP says to, until the time of the settings is up.
   *
   * @param path below the endpoint: `v1/traces`
   * @returns what the receiver answered
   * @throws Error when it did not take the body, in time
   */
  post(path: string, body: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /** Ends every connection. */
  close(): void
}

/** How long to wait before a body is sent again: at first, and at most; grows by half each time. */
export interface RetryDelays {
  readonly firstMs: number
  readonly mostMs: number
}

const otelDelays: RetryDelays = { firstMs: 1_000, mostMs: 5_000 }
const growth = 1.5
/** The responses that OTLP says to send again after. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504])
/** A receiver that answers with more is not read further. */
const maxAnswerBytes = 65_536
const maxSockets = 8

type Answer =
  | { readonly kind: 'taken'; readonly body: Uint8Array }
  | { readonly kind: 'again'; readonly afterMs: number | undefined }
  | { readonly kind: 'refused' }

/**
 * Makes a client with connections of its own. Nothing but the settings has a say: no proxy, no header and no certificate of the
 * environment.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export function createOtlpClient(settings: OtlpSettings, delays: RetryDelays = otelDelays): OtlpClient {
  const base = settings.endpoint.replace(/\/+$/, '')
  const secure = base.startsWith('https:')
  const options = { keepAlive: true, maxSockets }
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
  const request = secure ? httpsRequest : httpRequest
  const headers = {
    ...settings.headers,
    'content-type': settings.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    'user-agent': 'millrace',
  }

  function once(path: string, body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${base}/${path}`, { method: 'POST', agent, signal, headers }, (response) => {
        read(response).then((answered) => resolve(answerOf(response, answered)), reject)
      })
      // A receiver that is not there may come back; one that hangs has used up the time already.
      sent.on('error', (error) => (signal.aborted ? reject(error) : resolve({ kind: 'again', afterMs: undefined })))
      sent.end(body)
    })
  }

  return {
    async post(path, body, given) {
      const until = performance.now() + settings.timeoutMs
      const signal = AbortSignal.any([given, AbortSignal.timeout(settings.timeoutMs)])
      // A receiver may say once to come back at once; one that says so again and again is not asked more often than another.
      let leastMs = 0
      for (let delayMs = delays.firstMs; ; delayMs = Math.min(delayMs * growth, delays.mostMs)) {
        const answer = await once(path, body, signal)
        if (answer.kind === 'taken') return answer.body
        if (answer.kind === 'refused') throw new Error('the receiver refused it')
        const ownMs = delayMs * (0.8 + Math.random() * 0.4)
        const afterMs = Math.max(answer.afterMs ?? ownMs, leastMs)
        leastMs = ownMs
        if (performance.now() + afterMs >= until) throw new Error('the receiver did not take it in time')
        await pause(afterMs, signal)
      }
    },
    close: () => agent.destroy(),
  }
}

function answerOf(response: IncomingMessage, body: Uint8Array): Answer {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return { kind: 'taken', body }
  if (!retryable.has(status)) return { kind: 'refused' }
  return { kind: 'again', afterMs: retryAfterMs(response.headers['retry-after']) }
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  const afterMs = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1_000
  return Number.isNaN(afterMs) ? undefined : Math.max(afterMs, 0)
}

async function read(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    // no encoding is set
    bytes += chunk.length
    if (bytes > maxAnswerBytes) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer)
      reject(new Error('given up'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}
