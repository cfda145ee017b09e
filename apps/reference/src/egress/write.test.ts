import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { HandlerContext, Json } from '@millrace/contracts'
import { temporaryFolder } from '../../test/temporary-folder.js'
import { write } from './write.js'

const folder = temporaryFolder()
const signal = new AbortController().signal
const context = {} as HandlerContext // the sink reads nothing of it
const lines = Array.from({ length: 5000 }, (_, n) => `{"id":"${n}","customer_id":"528","accepted":true}`)
const whole = `${lines.join('\n')}\n`

/** Opens the sink and keeps what it logs. */
async function openSink(path: string, resume = false, kept?: Json) {
  const logged: string[] = []
  const keep = (message: string) => void logged.push(message)
  const log = { debug: keep, info: keep, warn: keep, error: keep }
  return { logged, writer: await write.open({ config: { path, resume }, signal, log, resume: kept }) }
}

/** Writes texts one after the other, as the runtime does. */
async function writeTexts(path: string, texts: readonly string[], resume = false, kept?: Json) {
  const { logged, writer } = await openSink(path, resume, kept)
  try {
    for (const text of texts) await writer.write({ text, reason: 'ACCEPTED' }, context)
    return { logged, report: await writer.complete?.() }
  } finally {
    await writer.close?.()
  }
}

/** A path whose part holds what an interrupted run has left. */
function interruptedPath(name: string, part: string): string {
  const path = join(folder, name)
  writeFileSync(`${path}.part`, part)
  return path
}

const contents = (path: string) => [path, `${path}.part`].map((file) => existsSync(file) && readFileSync(file, 'utf8'))

describe('write', () => {
  it('gives the file its name when it is whole, and reports', async () => {
    const path = join(folder, 'whole')
    const { logged, report } = await writeTexts(path, lines)
    expect([contents(path), logged, report]).toEqual([
      [whole, false],
      [],
      { lines: 5000, accepted: 5000, declined: {}, malformed: {} },
    ])
  })

  it('writes an empty file when there is nothing to write', async () => {
    const path = join(folder, 'empty')
    await writeTexts(path, [])
    expect(contents(path)).toEqual(['', false])
  })

  it('keeps an earlier output until the new one is whole', async () => {
    const path = join(folder, 'earlier')
    writeFileSync(path, 'earlier')
    const { writer } = await openSink(path)
    await writer.write({ text: 'a', reason: 'ACCEPTED' }, context)
    await writer.close?.()
    expect(contents(path)).toEqual(['earlier', 'a\n'])
  })

  it('says loudly that it writes the part of an interrupted run anew', async () => {
    const path = interruptedPath('anew', 'x\n'.repeat(9999))
    const { logged } = await writeTexts(path, lines)
    expect([contents(path), logged]).toEqual([
      [whole, false],
      [`${path}.part of an interrupted run is written anew; --resume would have continued it`],
    ])
  })
})

describe('write, resumed', () => {
  it.each([
    ['nothing', ''],
    ['a part of the first line', '{"id"'],
    ['some lines', `${lines.slice(0, 3).join('\n')}\n`],
    ['some lines and a part of one', `${lines.slice(0, 3).join('\n')}\n{"id":"3`],
    ['more than a piece', `${lines.slice(0, 2000).join('\n')}\n`],
    ['a part longer than a block', `${lines.slice(0, 3).join('\n')}\n${'x'.repeat(100_000)}`],
    ['all lines', whole],
  ])('RESUME-01 goes on after %s', async (name, part) => {
    const path = interruptedPath(name, part)
    await writeTexts(path, lines, true)
    expect(contents(path)).toEqual([whole, false])
  })

  it('RESUME-01 begins where no part was left', async () => {
    const path = join(folder, 'no part')
    await writeTexts(path, lines, true)
    expect(contents(path)).toEqual([whole, false])
  })

  it.each([
    ['the first line', 0],
    ['a line in the first piece', 7],
    ['the last line', 4999],
  ])('RESUME-01 names %s where it differs, and leaves the part as it was', async (name, line) => {
    const path = interruptedPath(name, whole)
    const changed = lines.with(line, 'changed')
    await expect(writeTexts(path, changed, true)).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      message: `RESUME_MISMATCH: cannot resume, because line ${line + 1} of ${path}.part is not what this run writes there: the input, the scenario or the program has changed. Give the input and the scenario of the interrupted run, or leave out --resume to start anew`,
      facts: { node: 'write', line: line + 1 },
    })
    expect(contents(path)).toEqual([false, whole])
  })

  it('RESUME-01 names the first line that this run does not write', async () => {
    const path = interruptedPath('shorter', whole)
    await expect(writeTexts(path, lines.slice(0, 4000), true)).rejects.toMatchObject({ facts: { line: 4001 } })
    expect(contents(path)).toEqual([false, whole])
  })

  it('RESUME-01 a part that shrinks meanwhile is a difference', async () => {
    const path = interruptedPath('shrinking', whole)
    const { writer } = await openSink(path, true)
    truncateSync(`${path}.part`, 0)
    await writer.write({ text: lines[0] ?? '', reason: 'ACCEPTED' }, context)
    await expect(writer.complete?.()).rejects.toMatchObject({ code: 'RESUME_MISMATCH', facts: { line: 1 } })
    await writer.close?.()
  })
})

/** Writes texts and is killed after a checkpoint and some more. @returns the checkpoint */
async function writeUntilKilled(path: string, texts: readonly string[], beyond: readonly string[]): Promise<Json> {
  const { writer } = await openSink(path)
  for (const text of texts) await writer.write({ text, reason: 'ACCEPTED' }, context)
  const checkpoint = await writer.checkpoint?.()
  for (const text of beyond) await writer.write({ text, reason: 'MALFORMED_JSON' }, context)
  await writer.close?.()
  return checkpoint ?? null
}

describe('write, where its checkpoints are kept', () => {
  it('RESUME-01 a checkpoint holds what was written before it, on the disk, and nothing that is written meanwhile', async () => {
    const path = join(folder, 'checkpoint')
    const { writer } = await openSink(path)
    await writer.write({ text: 'ä', reason: 'ACCEPTED' }, context)
    const checkpoint = writer.checkpoint?.()
    await writer.write({ text: 'b', reason: 'ACCEPTED' }, context)
    expect(await checkpoint).toEqual({ bytes: 3, counts: expect.objectContaining({ ACCEPTED: 1 }) })
    expect(readFileSync(`${path}.part`, 'utf8').slice(0, 2)).toBe('ä\n')
    await writer.close?.()
  })

  it.each([
    ['nothing', 0],
    ['some lines', 7],
    ['many pieces', 4000],
  ])('RESUME-01 goes on after a checkpoint of %s, and reports all', async (name, count) => {
    const path = join(folder, `kept.${name}`)
    const kept = await writeUntilKilled(path, lines.slice(0, count), ['beyond', 'it'])
    const { logged, report } = await writeTexts(path, lines.slice(count), true, kept)
    const bytes = Buffer.byteLength(
      lines
        .slice(0, count)
        .map((line) => `${line}\n`)
        .join(''),
    )
    expect([contents(path), logged, report]).toEqual([
      [whole, false],
      [`going on after the first ${bytes} bytes of ${path}.part`],
      { lines: 5000, accepted: 5000, declined: {}, malformed: {} },
    ])
  })

  it('RESUME-01 a file that had got its name already gets it again', async () => {
    const path = join(folder, 'named')
    const { writer } = await openSink(path)
    for (const text of lines) await writer.write({ text, reason: 'ACCEPTED' }, context)
    const kept = await writer.checkpoint?.()
    await writer.complete?.()
    await writer.close?.()
    await writeTexts(path, [], true, kept)
    expect(contents(path)).toEqual([whole, false])
  })

  it('RESUME-01 refuses a part that is too short, and leaves it', async () => {
    const path = join(folder, 'short')
    const kept = await writeUntilKilled(path, lines.slice(0, 7), [])
    truncateSync(`${path}.part`, 100)
    await expect(openSink(path, true, kept)).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      message: `RESUME_MISMATCH: cannot resume, because ${path}.part has 100 bytes, and the interrupted run had written ${Buffer.byteLength(lines.slice(0, 7).join()) + 1}: it is not the file of that run, or something has changed it. Name the output of the interrupted run, or leave out --resume to start anew`,
    })
    expect(readFileSync(`${path}.part`, 'utf8')).toBe(whole.slice(0, 100))
  })

  it.each([
    ['-', 'standard output'],
    ['/dev/null', '/dev/null'],
  ])('RESUME-01 refuses %s, which cannot be cut', async (path, name) => {
    await expect(openSink(path, false, { bytes: 3, counts: {} })).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: `SINK_FAILED: cannot go on with ${name}, because what was written there cannot be taken back. Name a file, or start anew`,
    })
  })
})

describe('write, where nothing can be written', () => {
  it('a full device ends with what to do', async () => {
    await expect(writeTexts('/dev/full', lines)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: 'SINK_FAILED: cannot write the output /dev/full, because the disk is full (ENOSPC). Free some space',
    })
  })

  it.each([
    ['a folder', 'folder', 'write the output', '', 'because it is a folder (EISDIR). Name a file'],
    [
      'a missing folder',
      'none/out',
      'open',
      '.part',
      'because it, or its folder, does not exist (ENOENT). Check the path for a slip',
    ],
    [
      'a folder in whose place a file is',
      'file/out',
      'open',
      '.part',
      'because a part of the path is not a folder (ENOTDIR). Check the path for a slip',
    ],
  ])('%s ends with what to do', async (_, name, action, suffix, because) => {
    mkdirSync(join(folder, 'folder'), { recursive: true })
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, name)
    await expect(openSink(path)).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: `SINK_FAILED: cannot ${action} ${path}${suffix}, ${because}`,
    })
  })
})
