import { describe, expect, it } from '@jest/globals'
import { defineService, type ServiceDefinition, token } from '@millrace/contracts'
import fc from 'fast-check'
import { createContainer } from './create-container.js'

const numRuns = Number(process.env.ROUNDS ?? 100)

/** For each service the earlier ones it needs, whether it takes a turn to be made, and whether its factory throws. */
const plan = fc
  .array(fc.record({ needs: fc.array(fc.nat(), { maxLength: 4 }), slow: fc.boolean(), fails: fc.boolean() }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((rows) =>
    rows.map(({ needs, ...row }, index) => ({
      ...row,
      needs: index === 0 ? [] : [...new Set(needs.map((wish) => wish % index))],
    })),
  )

type Row = { readonly needs: readonly number[]; readonly slow: boolean; readonly fails: boolean }

const nameOf = (index: number) => `s.${String.fromCharCode(97 + index)}`

function services(rows: readonly Row[], made: string[], closed: string[], alive = new Map<string, number>()) {
  const count = (name: string, by: number) => alive.set(name, (alive.get(name) ?? 0) + by)
  return rows.map(({ needs, slow, fails }, index): ServiceDefinition => {
    const name = nameOf(index)
    return defineService(token<object>(name), {
      inject: Object.fromEntries(needs.map((need) => [nameOf(need), token<object>(nameOf(need))])),
      create: async () => {
        if (slow) await new Promise(setImmediate)
        if (fails) throw new Error(name)
        made.push(name)
        count(name, 1)
        return {}
      },
      close: async () => {
        if (slow) await new Promise(setImmediate)
        closed.push(name)
        count(name, -1)
      },
    })
  })
}

/** The indices that a service needs, near and far, itself included. */
function closure(rows: readonly Row[], start: number): ReadonlySet<number> {
  const reached = new Set([start])
  for (const index of reached) for (const need of rows[index]?.needs ?? []) reached.add(need)
  return reached
}

describe('any graph of services', () => {
  it('DI-01 is made after what each needs and closed in exactly the reverse order', async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.array(fc.nat(), { maxLength: 4 }), async (rows, wanted) => {
        const [made, closed]: [string[], string[]] = [[], []]
        const sound = rows.map((row) => ({ ...row, fails: false }))
        const container = createContainer(services(sound, made, closed).reverse())
        expect(container.findings()).toEqual([])
        await Promise.all([
          ...wanted.map((wish) => container.resolve(token(nameOf(wish % rows.length)))),
          container.start(),
        ])
        const place = new Map(made.map((name, index) => [name, index]))
        const early = sound.flatMap(({ needs }, index) =>
          needs.filter((need) => (place.get(nameOf(need)) ?? 0) >= (place.get(nameOf(index)) ?? 0)),
        )
        expect(early).toEqual([])
        expect([...made].sort()).toEqual(rows.map((_, index) => nameOf(index)))
        await container.close()
        expect(closed).toEqual([...made].reverse())
      }),
      { numRuns },
    )
  })

  it('holds, after failures, exactly what the successful callers need', async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), async (rows, wishes) => {
        const alive = new Map<string, number>()
        const container = createContainer(services(rows, [], [], alive))
        const wanted = wishes.map((wish) => wish % rows.length)
        const outcomes = await Promise.allSettled(wanted.map((index) => container.resolve(token(nameOf(index)))))
        const breaks = (index: number) => [...closure(rows, index)].some((need) => rows[need]?.fails)
        expect(outcomes.map(({ status }) => status)).toEqual(
          wanted.map((index) => (breaks(index) ? 'rejected' : 'fulfilled')),
        )
        const needed = new Set(wanted.filter((index) => !breaks(index)).flatMap((index) => [...closure(rows, index)]))
        const living = [...alive].filter(([, count]) => count !== 0)
        expect(new Map(living)).toEqual(new Map([...needed].map((index) => [nameOf(index), 1])))
        await container.close()
        expect([...alive.values()].filter((count) => count !== 0)).toEqual([])
      }),
      { numRuns },
    )
  })

  it('has no circle left once one injection of each circle that is drawn is taken out', () => {
    const wild = fc.array(fc.array(fc.nat({ max: 9 }), { maxLength: 3 }), { minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(wild, (needs) => {
        const graph = new Map(needs.map((row, index) => [nameOf(index), new Set(row.map(nameOf))]))
        takeOut(graph, circles(graph))
        expect(circles(graph)).toEqual([])
      }),
      { numRuns },
    )
  })
})

function circles(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const definitions = [...graph].map(([name, needs]) =>
    defineService(token<object>(name), {
      inject: Object.fromEntries([...needs].map((need) => [need, token<object>(need)])),
      create: () => ({}),
    }),
  )
  return createContainer(definitions)
    .findings()
    .map(({ message }) => message)
}

/** Removes the last injection of each circle that a message draws. */
function takeOut(graph: ReadonlyMap<string, Set<string>>, messages: readonly string[]): void {
  for (const message of messages) {
    const [, last = '', first = ''] = /([a-z.]+) → ([a-z.]+);/.exec(message) ?? []
    graph.get(last)?.delete(first)
  }
}
