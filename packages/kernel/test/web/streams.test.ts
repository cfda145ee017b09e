import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, inWorkers, startWeb, type WebApplication } from './web-application.js'

const ndjson = { 'content-type': 'application/x-ndjson' }

function postLines(url: string, lines: Iterable<string> | AsyncIterable<string>): Promise<Response> {
  const body = Readable.toWeb(Readable.from(lines, { objectMode: false })) as ReadableStream
  return fetch(url, { method: 'POST', headers: ndjson, body, duplex: 'half' } as RequestInit)
}

async function* chunksOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  for (let step = await reader?.read(); step?.done === false; step = await reader?.read())
    yield decoder.decode(step.value, { stream: true })
}

const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe.each([
  ['in one process', {}],
  ['over a worker', inWorkers],
])('http_stream %s', (_name, overlay) => {
  let app: WebApplication

  beforeAll(async () => {
    app = await startWeb(overlay)
  })

  afterAll(async () => {
    await app.stop()
  })

  const made = async () => ((await (await fetch(`${app.url}/report`)).json()) as { made: number }).made

  it('WEB-STREAM-01 the items of a node arrive as NDJSON, in order', async () => {
    const response = await fetch(`${app.url}/count?to=1000`)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const items = lines(await response.text())
    expect(items).toEqual(Array.from({ length: 1000 }, (_, at) => ({ at, fill: '' })))
  })

  it('WEB-STREAM-01 the items of a node arrive as server-sent events, in order', async () => {
    const response = await fetch(`${app.url}/count?to=3`, { headers: { accept: 'text/event-stream' } })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe(
      'data: {"at":0,"fill":""}\n\ndata: {"at":1,"fill":""}\n\ndata: {"at":2,"fill":""}\n\nevent: end\ndata: {}\n\n',
    )
  })

  it('WEB-STREAM-01 a client that reads slowly holds the node back, and one that leaves stops it', async () => {
    const before = await made()
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname)
    socket.write('GET /count?to=100000000&mode=large HTTP/1.1\r\nhost: a\r\n\r\n')
    await new Promise((resolve) => socket.once('readable', resolve))
    // The node has stopped when it makes no more between two questions.
    let last = -1
    const held = await eventually(made, (now) => {
      const still = now === last
      last = now
      return still && now > before
    })
    expect(held - before).toBeLessThan(50_000)
    socket.destroy()
    const ended = await eventually(made, (now) => {
      const still = now === last
      last = now
      return still
    })
    expect(ended - held).toBeLessThan(50_000)
    await eventually(
      () => fetch(`${app.url}/health/live`),
      () => app.runtime.counters().inFlight === 0,
    )
  })

  it('WEB-STREAM-02 a failure after the first byte is the last line, or an error event', async () => {
    const [text, events] = await Promise.all([
      postLines(`${app.url}/lines`, ['{"sku":"a","n":1}\n', '{"sku":"b","n":0}\n', '{"sku":"c","n":1}\n']).then((r) =>
        r.text(),
      ),
      fetch(`${app.url}/lines`, {
        method: 'POST',
        headers: { ...ndjson, accept: 'text/event-stream' },
        body: '{"sku":"a","n":1}\n{"sku":"b","n":0}\n',
      }).then((r) => r.text()),
    ])
    const [first, last, ...more] = lines(text)
    expect(first).toMatchObject({ sku: 'a' })
    expect(last).toMatchObject({
      error: { code: 'PAYLOAD_INVALID', errors: [{ path: 'n', reason: 'must be a whole number of at least 1' }] },
    })
    expect(more).toEqual([])
    expect(events).toMatch(/^data: \{"sku":"a".*\n\nevent: error\ndata: \{.*"code":"PAYLOAD_INVALID"/)
  })

  it.each([
    ['after the first byte', '{"sku":"a","n":1}\n', 200],
    ['before the first byte', '', 400],
  ])('WEB-STREAM-02 a failure %s closes the connection of a body that is not over', async (_when, good, status) => {
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname).setEncoding('latin1')
    let heard = ''
    socket.on('data', (text: string) => {
      heard += text
    })
    const closed = once(socket, 'close')
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
    socket.write(
      'POST /lines HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n',
    )
    if (good !== '') {
      socket.write(chunk(good))
      while (!heard.includes('"sku":"a"')) await once(socket, 'data')
    }
    socket.write(chunk('{"sku":"b","n":0}\n'))
    while (!heard.includes('PAYLOAD_INVALID')) await once(socket, 'data')
    socket.write(chunk('{"sku":"c","n":1}\n'))
    await closed
    expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it.each([
    [
      'a stream that fails before its first item',
      () => fetch(`${app.url}/lines`, { method: 'POST', headers: ndjson, body: '{' }),
      400,
    ],
    ['a request that is refused', () => fetch(`${app.url}/count?to=x`), 400],
    [
      'a client that takes neither form',
      () => fetch(`${app.url}/count?to=1`, { headers: { accept: 'text/html' } }),
      406,
    ],
    ['a line that is too long', () => postLines(`${app.url}/lines`, ['x'.repeat(2000)]), 413],
  ])('WEB-STREAM-02 %s is answered with a status', async (_case, ask, status) => {
    const response = await ask()
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
  })

  it('WEB-STREAM-01 a byte type gets the beginning of a line that is too long, and the stream goes on', async () => {
    function* sent() {
      yield `a\n${'b'.repeat(1000)}\n${'c'.repeat(1001)}\n`
      for (let n = 0; n < 320; n++) yield 'd'.repeat(65_536)
      yield '\ne\n'
      yield 'f'.repeat(3000)
    }
    const text = await (await postLines(`${app.url}/raw-lines`, sent())).text()
    expect(lines(text).map((line) => (line as { bytes: number }).bytes)).toEqual([1, 1000, 1001, 1001, 1, 1001])
  })

  it('WEB-STREAM-01 lines of a body are roots of one order domain: replies come in their order, while it is sent', async () => {
    let tellMore: () => void = () => undefined
    const more = new Promise<void>((resolve) => {
      tellMore = resolve
    })
    async function* sent() {
      for (let n = 1; n <= 500; n++)
        yield `${JSON.stringify({ sku: `s${n}`, n, mode: n % 50 === 0 ? 'slow' : 'fast' })}\n`
      await more
      yield '\n{"sku":"last","n":1}'
    }
    const response = await postLines(`${app.url}/lines`, sent())
    let text = ''
    for await (const chunk of chunksOf(response)) {
      text += chunk
      if (text.split('\n').length === 501) tellMore()
    }
    const skus = lines(text).map((line) => (line as { sku: string }).sku)
    expect(skus).toEqual([...Array.from({ length: 500 }, (_, at) => `s${at + 1}`), 'last'])
  })

  it('WEB-STREAM-02 a client that sends all before it reads meets the progress timeout, not a hang', async () => {
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      'POST /lines HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-ndjson\r\ncontent-length: 900000000\r\n\r\n',
    )
    const line = `${JSON.stringify({ sku: 's'.repeat(60), n: 1 })}\n`.repeat(1000)
    const ended = new Promise<void>(
      (resolve) => void socket.once('close', () => resolve()).on('error', () => undefined),
    )
    const send = (): void => {
      while (socket.writable && socket.write(line));
    }
    socket.on('drain', send)
    send()
    await ended
    expect(socket.destroyed).toBe(true)
    await eventually(
      () => fetch(`${app.url}/health/live`),
      () => app.runtime.counters().inFlight === 0,
    )
  })

  it('WEB-08 a stop ends streams with a last word', async () => {
    const stopping = await startWeb(overlay)
    const response = await fetch(`${stopping.url}/lines`, {
      method: 'POST',
      headers: ndjson,
      body: Readable.toWeb(
        Readable.from(
          (async function* () {
            yield '{"sku":"a","n":1}\n'
            await new Promise((resolve) =>
              stopping.runtime.subscribe(({ name }) => name === 'runtime.stopping' && resolve(0)),
            )
          })(),
          { objectMode: false },
        ),
      ) as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    const reading = response.text()
    const mode = await stopping.stop()
    const [first, last] = lines(await reading)
    expect(first).toMatchObject({ sku: 'a' })
    expect(last).toMatchObject({ error: { code: 'SHUTTING_DOWN', status: 503 } })
    expect(mode).toBe('graceful')
  })
})
