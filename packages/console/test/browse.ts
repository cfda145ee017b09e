import { type IncomingMessage, request } from 'node:http'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** What is sent; a header may be given that a browser would not let a page give. */
export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Instead of the path of the URL, as it is. */
  readonly path?: string
}

/** Sends one request over a connection of its own. */
export async function ask(url: string, sent: Sent = {}): Promise<Answer> {
  const answer = await begin(url, sent)
  let text = ''
  for await (const part of answer.setEncoding('utf8')) text += part
  return { status: answer.statusCode ?? 0, headers: answer.headers, text }
}

/** Sends one request and resolves with its answer as it begins. */
export function begin(url: string, { method = 'GET', headers = {}, body, path }: Sent = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, headers, agent: false, ...(path === undefined ? {} : { path }) }, resolve)
    sending.on('error', reject)
    sending.end(body)
  })
}

/** Opens a link as a browser does. @returns headers with the cookie of the session */
export async function enter(link: string): Promise<Readonly<Record<string, string>>> {
  const { headers } = await ask(link)
  return { cookie: String(headers['set-cookie']?.[0]?.split(';')[0]) }
}

/** One message of a stream. */
export interface StreamMessage {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

/** The messages of a stream, as they come. */
export async function* messages(answer: IncomingMessage): AsyncGenerator<StreamMessage> {
  let text = ''
  for await (const part of answer.setEncoding('utf8')) {
    text += part
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const fields = new Map(text.slice(0, end).split('\n').map(field))
      text = text.slice(end + 2)
      const data = fields.get('data')
      if (data !== undefined) yield { event: fields.get('event') ?? '', id: fields.get('id'), data: JSON.parse(data) }
    }
  }
}

/** The messages of a stream up to the first one that is wanted. */
export async function until(
  stream: AsyncGenerator<StreamMessage>,
  wanted: (message: StreamMessage) => boolean,
): Promise<readonly StreamMessage[]> {
  const seen: StreamMessage[] = []
  for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
    seen.push(next.value)
    if (wanted(next.value)) return seen
  }
  throw new Error(`the stream ended after ${seen.length} messages`)
}

function field(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 2)]
}
