import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { Json, Message, Progress } from '@millrace/contracts'
import { temporaryFolder } from '../../test/temporary-folder.js'
import { read } from './read.js'

const attempt = '{"id":"1","customer_id":"2","load_amount":"$3","time":"1970-01-01T00:00:00Z"}'
const folder = temporaryFolder()
const log = { debug() {}, info() {}, warn() {}, error() {} }

/** All that the source reads from a path, and how it says it got on. */
async function readAll(path: string, signal = new AbortController().signal) {
  const progress: Progress[] = []
  const batches: string[][] = []
  const stream = read.read({
    config: { path },
    signal,
    log,
    progress: (report) => progress.push(report),
    mark: undefined,
    resume: undefined,
  })
  for await (const batch of stream) batches.push([batch].flat().map(written))
  return { lines: batches.flat(), batches: batches.length, progress }
}

/** A line's text, or what a line says that was parsed at once. */
function written({ payload }: Message<string, object>): string {
  return 'text' in payload ? String(payload.text) : JSON.stringify(payload)
}

/** What the source reads from a path in batches, each with the place after it, from a place on. */
async function readMarked(path: string, resume?: Json) {
  const batches: { readonly lines: readonly string[]; readonly place: Json | undefined }[] = []
  const progress: Progress[] = []
  let place: Json | undefined
  const stream = read.read({
    config: { path },
    signal: new AbortController().signal,
    log,
    progress: (report) => progress.push(report),
    mark: (after) => {
      place = after
    },
    resume,
  })
  for await (const batch of stream) batches.push({ lines: [batch].flat().map(written), place })
  return { batches, progress, lines: batches.flatMap(({ lines }) => lines) }
}

function fileOf(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('read', () => {
  it('reads the lines of a file and says how far it has come', async () => {
    expect(await readAll(fileOf('small', 'a\r\nb\n\nc'))).toEqual({
      lines: ['a', 'b', '', 'c'],
      batches: 2,
      progress: [{ done: 7, total: 7, unit: 'bytes' }],
    })
  })

  it('reads a large file in chunks', async () => {
    const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n}`)
    const result = await readAll(fileOf('large', lines.join('\n')))
    expect([result.lines, result.batches]).toEqual([lines, Math.ceil(lines.join('\n').length / 65_536) + 1])
  })

  it('parses a line that an envelope might not hold, and skips it where it is blank', async () => {
    const padding = ' '.repeat(200_000)
    const result = await readAll(fileOf('long', `${attempt}${padding}\n${padding}\n[${padding}\n${attempt}`))
    expect(result.lines).toEqual([
      '{"id":"1","customer_id":"2","amount_cents":300,"instant_ms":0}',
      '{"id":"","customer_id":"","accepted":false,"reason":"MALFORMED_JSON"}',
      attempt,
    ])
  })

  it('reads an empty file', async () => {
    expect(await readAll(fileOf('empty', ''))).toEqual({ lines: [], batches: 1, progress: [] })
  })

  it('reads a pipe, which has no size', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    spawn('sh', ['-c', 'printf "a\\nb" > "$0"', path])
    expect(await readAll(path)).toEqual({ lines: ['a', 'b'], batches: 2, progress: [{ done: 3, unit: 'bytes' }] })
  })

  it('ends without an error when the run is over', async () => {
    const ended = new AbortController()
    ended.abort()
    expect(await readAll(fileOf('unread', 'a\nb'), ended.signal)).toEqual({ lines: [], batches: 0, progress: [] })
  })

  it.each([
    ['a missing file', 'missing', 'because it, or its folder, does not exist (ENOENT). Check the path for a slip'],
    ['a folder', 'folder', 'because it is a folder (EISDIR). Name a file'],
  ])('%s ends with what to do', async (_, name, because) => {
    mkdirSync(join(folder, 'folder'), { recursive: true })
    const path = join(folder, name)
    await expect(readAll(path)).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: `SOURCE_FAILED: cannot read the input ${path}, ${because}`,
    })
  })
})

describe('read, where its places are kept', () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `{"id":"${n}","text":"ä"}`)
  const text = `\ufeff${lines.join('\r\n')}`

  it('RESUME-01 reads on from each place to the same end', async () => {
    const path = fileOf('places', text)
    const { batches } = await readMarked(path)
    const onward = await Promise.all(batches.map(({ place }) => readMarked(path, place)))
    expect(batches.length).toBeGreaterThan(5)
    expect(onward.map((rest) => rest.lines)).toEqual(
      batches.map((_, index) => batches.slice(index + 1).flatMap((batch) => batch.lines)),
    )
    expect(onward.at(2)?.progress.at(-1)).toEqual({
      done: Buffer.byteLength(text),
      total: Buffer.byteLength(text),
      unit: 'bytes',
    })
  })

  it('RESUME-01 reads the same lines with places as without', async () => {
    const path = fileOf('as without', text)
    expect((await readMarked(path)).lines).toEqual((await readAll(path)).lines)
  })

  it('RESUME-01 reads a part of a line that ends in a later chunk again', async () => {
    const path = fileOf('long', `a\n${'b'.repeat(200_000)}\nc`)
    const { batches } = await readMarked(path)
    const { lines } = await readMarked(path, batches[0]?.place)
    expect(lines).toEqual([expect.stringContaining('MALFORMED'), 'c']) // the long one is parsed at once
  })

  it.each([
    ['others', (kept: string) => kept.replace('7', '8'), /its first \d+ bytes are others\. Give/],
    ['fewer', (kept: string) => kept.slice(0, 9), /it has 11 bytes, and the first \d+ had been read\. Give/],
  ])('RESUME-01 refuses %s bytes before the place', async (name, change, why) => {
    const { batches } = await readMarked(fileOf(`before ${name}`, text))
    await expect(readMarked(fileOf(name, change(text)), batches[1]?.place)).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      message: expect.stringMatching(why),
    })
  })

  it('RESUME-01 refuses an input that has grown since its end was read', async () => {
    const { batches } = await readMarked(fileOf('ended', 'a\nb'))
    await expect(readMarked(fileOf('ended', 'a\nbc\n'), batches.at(-1)?.place)).rejects.toThrow(
      'because the input has changed: it had 3 bytes and has more now',
    )
  })

  it('RESUME-01 goes on with an input that has grown behind the place', async () => {
    const { batches } = await readMarked(fileOf('growing', 'a\nb'))
    expect((await readMarked(fileOf('growing', 'a\nb\nc'), batches[0]?.place)).lines).toEqual(['b', 'c'])
  })
})
