import type { ISerializer } from '@opentelemetry/otlp-transformer'
import type { OtlpClient } from './otlp-client.js'

/**
 * Sends one request of OTLP.
 *
 * @param refused reads from the answer how many items the receiver did not take
 * @returns how many items it did not take
 */
export async function sendOtlp<Request, Response>(
  client: OtlpClient,
  path: string,
  serializer: ISerializer<Request, Response>,
  request: Request,
  refused: (response: Response) => number | string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const body = serializer.serializeRequest(request)
  if (body === undefined) throw new Error('nothing to send')
  const answer = await client.post(path, body, signal)
  return refusedOf(serializer, answer, refused)
}

/** Whoever answers 200 has taken it; an answer that cannot be read changes nothing in that. */
function refusedOf<Request, Response>(
  serializer: ISerializer<Request, Response>,
  answer: Uint8Array,
  refused: (response: Response) => number | string | undefined,
): number {
  if (answer.length === 0) return 0
  try {
    // JSON has it as text, as it has every integer of 64 bits.
    return Number(refused(serializer.deserializeResponse(answer)) ?? 0) || 0
  } catch {
    return 0
  }
}
