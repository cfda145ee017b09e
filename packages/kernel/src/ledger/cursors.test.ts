import { describe, expect, it } from '@jest/globals'
import { Cursors } from './cursors.js'

describe('Cursors', () => {
  it('tells how far each node has come in each domain', () => {
    const cursors = new Cursors()
    cursors.move('a', 1, [3])
    cursors.move('a', 2, [4])
    cursors.move('b', 1, [5])
    cursors.move('a', 1, [6, 0])
    expect([cursors.get('a', 1), cursors.get('a', 2), cursors.get('b', 1)]).toEqual([[6, 0], [4], [5]])
    expect([cursors.get('b', 2), cursors.get('c', 1)]).toEqual([undefined, undefined])
  })

  it('has one cursor for a node of a domain, under the name of its entry', () => {
    const cursors = new Cursors()
    const cursor = cursors.move('a', 1, [3])
    expect(cursors.move('a', 1, [4])).toBe(cursor)
    expect(cursor).toEqual({ entry: 'cursor\ta\t1', position: [4] })
  })

  it('forgets a domain, and says what was in it', () => {
    const cursors = new Cursors()
    const all = [cursors.move('a', 1, [3]), cursors.move('a', 2, [4])]
    cursors.move('b', 1, [5])
    expect([...cursors.end('a')]).toEqual(all)
    expect([...cursors.end('a')]).toEqual([])
    expect([cursors.get('a', 1), cursors.get('b', 1)]).toEqual([undefined, [5]])
  })
})
