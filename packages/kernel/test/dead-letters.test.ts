import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { openLineFile } from '../src/dead-letters/line-file.js'
import { dropDeadLetters, readDeadLetter, readDeadLetters } from '../src/dead-letters.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-letters-'))
  path = join(folder, 'dead.ndjson')
})
afterEach(() => rmSync(folder, { recursive: true }))

const now = Date.parse('2026-11-28T10:00:00Z')

/** The line of a letter. */
function line(id: string | undefined, more: object = {}): string {
  const at = '2026-11-28T09:00:00.000Z'
  const rest = { at, node: 'price', code: 'NODE_FAILED', reason: 'no price', type: 'shop.order', position: [3, 0] }
  return JSON.stringify({
    ...(id === undefined ? {} : { id }),
    ...rest,
    trace: 'c'.repeat(32),
    payload: { n: 3 },
    ...more,
  })
}

const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [string, string, string]

function write(...lines: readonly string[]): void {
  writeFileSync(path, lines.map((text) => `${text}\n`).join(''))
}

const idsIn = (file: string): readonly string[] => readDeadLetters(file).letters.map(({ id }) => id)

describe('readDeadLetters', () => {
  it('tells each letter but its payload, the newest last', () => {
    write(line(second, { at: '2026-11-28T09:30:00.000Z' }), line(first))
    expect(idsIn(path)).toEqual([first, second])
    expect(readDeadLetters(path).letters[0]).toEqual({
      id: first,
      at: '2026-11-28T09:00:00.000Z',
      node: 'price',
      code: 'NODE_FAILED',
      reason: 'no price',
      type: 'shop.order',
      position: [3, 0],
      trace: 'c'.repeat(32),
      retries: 0,
      size: 7,
    })
  })

  it('names a letter without an id by its line, the same each time', () => {
    write(line(undefined), line(undefined, { position: [4, 0] }))
    const ids = idsIn(path)
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/u), expect.stringMatching(/^[0-9a-f]{16}$/u)])
    expect(new Set(ids).size).toBe(2)
    appendFileSync(path, `${line(first)}\n`)
    expect(idsIn(path)).toEqual([...ids, first])
  })

  it('takes what was written twice as one letter, and leaves out what is dropped', () => {
    write(line(first), line(second), line(first), JSON.stringify({ dropped: second, at: 'now' }))
    expect(idsIn(path)).toEqual([first])
  })

  it.each([
    ['is no JSON', '{"id":', false],
    ['is no object', '7', false],
    ['is another object', '{"id":"1111111111111111"}', false],
  ])('tells where a line %s', (_what, text, torn) => {
    write(line(first), text, '', line(second))
    const { letters, unreadable } = readDeadLetters(path)
    expect([letters.length, unreadable]).toEqual([2, [{ path, line: 2, torn }]])
  })

  it('tells a last line that is cut off', () => {
    write(line(first))
    appendFileSync(path, line(second).slice(0, 40))
    expect(readDeadLetters(path).unreadable).toEqual([{ path, line: 2, torn: true }])
  })

  it('says whether there is a file, and why one cannot be read', () => {
    expect(readDeadLetters(path)).toEqual({ exists: false, letters: [], unreadable: [] })
    expect(() => readDeadLetters(folder)).toThrow(
      `CONFIG_UNREADABLE: the dead letter file ${folder} cannot be read (EISDIR); check that it is a file and that this user may read it`,
    )
  })
})

describe('readDeadLetter', () => {
  it('tells a letter with its payload; nothing of one that is dropped or was never there', () => {
    write(line(first), line(second), JSON.stringify({ dropped: second }))
    expect(readDeadLetter(path, first)).toMatchObject({ id: first, payload: { n: 3 } })
    expect([readDeadLetter(path, second), readDeadLetter(path, third)]).toEqual([undefined, undefined])
  })
})

describe('openLineFile', () => {
  it('does not go on in a line that was cut off', () => {
    writeFileSync(path, '{"id":"cut')
    const file = openLineFile(path)
    file.append(line(first))
    appendFileSync(path, '{"id":"cut')
    file.append(line(second))
    file.close()
    expect(idsIn(path)).toEqual([first, second])
  })

  it.each([
    ['moved', () => renameSync(path, `${path}.1`)],
    ['removed', () => rmSync(path)],
  ])('goes on in a new file where the old one was %s', (_how, take) => {
    const file = openLineFile(path)
    file.append(line(first))
    take()
    file.append(line(second))
    file.close()
    expect(idsIn(path)).toEqual([second])
  })
})

describe('dropDeadLetters', () => {
  it('takes letters out of the file, keeps its mode and what is no letter, and leaves no other file', () => {
    write(line(first), 'a note', line(second), line(undefined))
    const { mode } = statSync(path)
    expect(dropDeadLetters(path, [first], now)).toEqual({ kept: undefined })
    const mark = JSON.stringify({ dropped: first, at: '2026-11-28T10:00:00.000Z' })
    expect(readFileSync(path, 'utf8')).toBe(`a note\n${line(second)}\n${line(undefined)}\n${mark}\n`)
    expect([statSync(path).mode, readdirSync(folder)]).toEqual([mode, ['dead.ndjson']])
  })

  it('forgets a mark one drop after its letter', () => {
    write(line(first), line(second))
    dropDeadLetters(path, [first], now)
    dropDeadLetters(path, [second], now)
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify({ dropped: second, at: new Date(now).toISOString() })}\n`)
  })

  it('changes the file that a link leads to', () => {
    write(line(first), line(second))
    const link = join(folder, 'link')
    symlinkSync(path, link)
    dropDeadLetters(link, [first], now)
    expect([idsIn(path), idsIn(link)]).toEqual([[second], [second]])
  })

  it('says that the disk is full', () => {
    expect(() => dropDeadLetters('/dev/full', [first], now)).toThrow(
      'BACKEND_UNAVAILABLE: the dead letter file /dev/full cannot be written (ENOSPC), so not all letters are dropped; check its disk and whether this user may write it, then drop again',
    )
  })

  it('leaves the file as it is where nothing in it is dropped', () => {
    write(line(first))
    const { ino } = statSync(path)
    expect(dropDeadLetters(path, [third], now)).toEqual({ kept: undefined })
    expect([statSync(path).ino, idsIn(path)]).toEqual([ino, [first]])
  })

  it('only marks letters while another process writes the file anew', () => {
    write(line(first), line(second))
    writeFileSync(`${path}.millrace-lock`, '4711')
    expect(dropDeadLetters(path, [first], now).kept).toBe(
      `process 4711 is writing it anew; if that process is gone, remove ${path}.millrace-lock, and drop again`,
    )
    expect([idsIn(path), readFileSync(path, 'utf8').startsWith(line(first))]).toEqual([[second], true])
  })

  it('finishes what a killed process has begun, before and after the file was replaced', () => {
    write(line(first), line(second))
    linkSync(path, `${path}.millrace-old`)
    dropDeadLetters(path, [first], now)
    expect([idsIn(path), existsSync(`${path}.millrace-old`)]).toEqual([[second], false])
    renameSync(path, `${path}.millrace-old`)
    appendFileSync(`${path}.millrace-old`, `${line(first)}\n${line(third)}\ncut`)
    write(line(second), JSON.stringify({ dropped: first }))
    expect(idsIn(path)).toEqual([second, third])
    dropDeadLetters(path, [second], now)
    expect([idsIn(path), existsSync(`${path}.millrace-old`)]).toEqual([[third], false])
    expect(readFileSync(path, 'utf8')).toContain('\ncut\n')
  })
})

describe('letters that are written while others are dropped', () => {
  const fixture = fileURLToPath(new URL('fixtures/dead-letters/writes-letters.ts', import.meta.url))
  const dropper = fileURLToPath(new URL('fixtures/dead-letters/drops-letters.ts', import.meta.url))
  const names = ['a', 'b', 'c']
  const count = 1000 * Number(process.env.ROUNDS ?? 1)

  function writer(name: string): ChildProcess {
    const args = [...sourceFlags, fixture, path, name, String(count)]
    return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }

  /** Processes drop a letter that is put in for them, again and again, and are killed at it. @returns how many */
  async function killDroppersUntil(ended: Promise<unknown>): Promise<number> {
    let over = false
    void ended.finally(() => {
      over = true
    })
    let killed = 0
    while (!over) {
      const child = spawn(process.execPath, [...sourceFlags, dropper, path], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      await new Promise((done) => setTimeout(done, (killed % 7) * 3))
      child.kill('SIGKILL')
      await once(child, 'exit')
      rmSync(`${path}.millrace-lock`, { force: true })
      killed++
    }
    return killed
  }

  /** Drops a third of what is there, again and again, until a promise is settled. */
  async function dropUntil(ended: Promise<unknown>): Promise<ReadonlySet<string>> {
    const dropped = new Set<string>()
    let over = false
    void ended.finally(() => {
      over = true
    })
    while (!over) {
      const ids = idsIn(path).filter((id) => Number.parseInt(id.slice(0, 4), 16) % 3 === 0)
      for (const id of ids) if (!dropped.has(id)) dropped.add(id)
      dropDeadLetters(path, ids, Date.now())
      await new Promise((done) => setImmediate(done))
    }
    return dropped
  }

  it('are all there where processes that drop are killed', async () => {
    writeFileSync(path, '')
    const ended = Promise.all(names.map((name) => once(writer(name), 'exit')))
    expect(await killDroppersUntil(ended)).toBeGreaterThan(0)
    rmSync(`${path}.millrace-lock`, { force: true })
    const { letters } = readDeadLetters(path)
    expect(letters.length).toBe(names.length * count)
    dropDeadLetters(
      path,
      letters.slice(1).map(({ id }) => id),
      now,
    )
    expect(idsIn(path)).toEqual([letters[0]?.id])
    expect(readdirSync(folder).filter((name) => name.endsWith('-old'))).toEqual([])
  })

  it('are all there, or dropped, once', async () => {
    writeFileSync(path, '')
    const ended = Promise.all(names.map((name) => once(writer(name), 'exit')))
    const dropped = await dropUntil(ended)
    expect((await ended).map(([code]) => code)).toEqual([0, 0, 0])
    const { letters, unreadable } = readDeadLetters(path)
    expect(unreadable).toEqual([])
    expect(dropped.size).toBeGreaterThan(0)
    expect(letters.filter(({ id }) => dropped.has(id))).toEqual([])
    expect(letters.length + dropped.size).toBe(names.length * count)
    expect(readdirSync(folder)).toEqual(['dead.ndjson'])
  })
})
