import type { ISerializer } from '@opentelemetry/otlp-transformer'
import type { OtlpClient } from './otlp-client.js'

/** Where requests of one kind go, and in which form. */
export interface OtlpRoute<Request, Response> {
  readonly client: OtlpClient
  /** Below the endpoint: `v1/traces`. */
  readonly path: string
  readonly serializer: ISerializer<Request, Response>
  /** Reads from the answer how many items the receiver did not take. */
  readonly refused: (answer: Response) => unknown
}

/**
 * Sends one request of OTLP.
 *
 * @returns how many items of it the receiver did not take
 */
export async function sendOtlp<Request, Response>(
  route: OtlpRoute<Request, Response>,
  request: Request,
  signal: AbortSignal,
): Promise<number> {
  const body = route.serializer.serializeRequest(request)
  if (body === undefined) throw new Error('nothing to send')
  return refusedOf(route, await route.client.post(route.path, body, signal))
}

/** Whoever answers 200 has taken it; an answer that cannot be read changes nothing in that. */
function refusedOf<Request, Response>(
  { serializer, refused }: OtlpRoute<Request, Response>,
  answer: Uint8Array,
): number {
  if (answer.length === 0) return 0
  try {
    // JSON has it as text, as it has every integer of 64 bits.
    const count = Number(refused(serializer.deserializeResponse(answer)))
    return Number.isInteger(count) ? count : 0
  } catch {
    return 0
  }
}
