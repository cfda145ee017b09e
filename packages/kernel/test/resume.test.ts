import { describe, expect, it } from '@jest/globals'
import type { Json } from '@millrace/contracts'
import { defineNode, defineSink, defineSource } from '../src/index.js'
import type { Notes } from '../src/ledger/notes.js'
import { runShares, type Shares } from './run-shares.js'
import { Done, deferred, numbered, Step, turn, until } from './shop.js'

/** Notes that outlive a runtime. */
function createNotes(found: Readonly<Record<string, unknown>> = {}) {
  const noted: Record<string, unknown>[] = []
  const notes: Notes = {
    found: (name) => found[name],
    note: (name, value) => void noted.push({ [name]: value }),
  }
  return { notes, noted }
}

/** Ten numbers, two at a time; each place is called by the number that comes next. */
function numbers(resumed: Json[] = []) {
  return defineSource({
    name: 'numbers',
    emits: [Step],
    *read({ mark, resume = 0 }) {
      resumed.push(resume)
      for (let at = Number(resume); at < 10; at += 2) {
        mark?.(at + 2)
        yield numbered(Step, 10).slice(at, at + 2)
      }
    },
  })
}

/** A sink that says what it got, and from where it goes on. */
function book(written: number[] = [], resumed: Json[] = []) {
  return defineSink({
    name: 'book',
    consumes: Done,
    open: ({ resume }) => {
      if (resume !== undefined) resumed.push(resume)
      return { write: ({ n }) => void written.push(n) }
    },
  })
}

function finish(handle: (n: number) => void | Promise<void>) {
  return defineNode({
    name: 'finish',
    consumes: Step,
    emits: [Done],
    handle: ({ n }) => {
      const result = handle(n)
      return result === undefined ? Done.of({ n }) : result.then(() => Done.of({ n }))
    },
  })
}

async function run(parts: Parameters<typeof runShares>[0], notes: Notes): Promise<Shares> {
  const groups = { all: { nodes: ['numbers', 'finish', 'book'] } }
  return runShares(parts, groups, { settings: { adapters: { numbers: {}, book: {} } }, notes })
}

const ended = ({ workers }: Shares) => workers.get('all#1')?.runtime.sourcesEnded()

describe('a source that goes on', () => {
  it('has noted where it would, once everything before that is done', async () => {
    const { notes, noted } = createNotes()
    const waiting = new Map(numbered(Step, 10).map(({ payload }) => [payload.n, deferred()]))
    const shares = await run([numbers(), finish((n) => waiting.get(n)?.promise), book()], notes)
    await until('all are waited for', () => shares.workers.get('all#1')?.runtime.vitals()?.inFlight === 10)
    for (const n of [9, 8, 7, 6, 5, 3, 2, 1]) waiting.get(n)?.resolve()
    await turn()
    expect(noted).toEqual([])
    waiting.get(0)?.resolve()
    await until('four are done', () => noted.length === 2)
    expect(noted).toEqual([2, 4].map((next) => ({ 'source:numbers': { seq: next, mark: next } })))
    waiting.get(4)?.resolve()
    await ended(shares)
    await shares.stop()
    expect(noted.at(-1)).toEqual({ 'source:numbers': { seq: 10, mark: 10 } })
  })

  it('is told where, and its roots are numbered on', async () => {
    const { notes, noted } = createNotes({ 'source:numbers': { seq: 6, mark: 6 }, 'sink:book': { bytes: 7 } })
    const [written, read, opened]: [number[], Json[], Json[]] = [[], [], []]
    const shares = await run([numbers(read), finish(() => undefined), book(written, opened)], notes)
    const roots = await ended(shares)
    await shares.stop()
    expect({ read, opened, written, roots, noted }).toEqual({
      read: [6],
      opened: [{ bytes: 7 }],
      written: [6, 7, 8, 9],
      roots: { numbers: 10 },
      noted: [8, 10].map((next) => ({ 'source:numbers': { seq: next, mark: next } })),
    })
  })

  it('has noted nothing after a root that failed', async () => {
    const { notes, noted } = createNotes()
    const fails = (n: number) => (n === 5 ? Promise.reject(new Error('five')) : undefined)
    const shares = await run([numbers(), finish(fails), book()], notes)
    await expect(ended(shares)).rejects.toThrow('NODE_FAILED')
    await shares.stop()
    expect(noted.at(-1)).toEqual({ 'source:numbers': { seq: 4, mark: 4 } })
  })
})
