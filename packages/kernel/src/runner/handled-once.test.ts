import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import { HandledOnce } from './handled-once.js'
import { noOwner } from './no-owner.js'
import { Root } from './root.js'

/** A root of a single request as other workers know it. */
function rootOf(number: number, deadline?: number): Root {
  const root = new Root(noOwner, undefined, 0, deadline)
  root.origin = '@app#1.1:'
  root.number = number
  return root
}

describe('what ordered nodes have handled of single requests', () => {
  it('tells a message of another root, node or position from a repeat', () => {
    const once = new HandledOnce(() => 0)
    const root = rootOf(1)
    expect(once.begin(3, [0, 1], root)).toBeDefined()
    expect(once.begin(3, [0, 1], root)).toBeUndefined()
    expect(once.begin(4, [0, 1], root)).toBeDefined()
    expect(once.begin(3, [0, 1, 0], root)).toBeDefined()
    expect(once.begin(3, [0, 1], rootOf(2))).toBeDefined()
    expect(once.repeats).toBe(1)
  })

  it('LINK-01 a repeat is done when everything that comes of its first copy is done, and not before', () => {
    const once = new HandledOnce(() => 0)
    const root = rootOf(1)
    const first = once.begin(3, [0], root)
    first?.add() // it sends something on
    first?.partDone() // and has been handled
    once.begin(3, [0], root)
    expect(root.parts).toBe(3) // itself, the first copy and the repeat
    first?.partDone()
    expect(root.parts).toBe(1)
    once.begin(3, [0], root)
    expect(root.parts).toBe(1)
  })

  it('PROC-04 where the first copy has failed, a repeat that is sent by somebody who has not heard fails too', () => {
    const once = new HandledOnce(() => 0)
    const root = rootOf(1)
    const first = once.begin(3, [0], root)
    root.fail(new MillraceError('NODE_FAILED', 'on purpose'))
    first?.partDone()
    const again = rootOf(1)
    expect(once.begin(3, [0], again)).toBeUndefined()
    expect(again.failure?.code).toBe('NODE_FAILED')
  })

  it('forgets what can come no more: five seconds beyond a deadline, and after ten minutes where there is none', () => {
    let now = 0
    const once = new HandledOnce(() => now)
    once.begin(3, [0], rootOf(1, 2000))
    once.begin(3, [0], rootOf(2))
    now = 6999
    once.begin(3, [0], rootOf(3, now))
    expect(once.size).toBe(3)
    now = 7000
    once.begin(3, [0], rootOf(4))
    expect(once.size).toBe(3)
    now = 600_000
    once.begin(3, [0], rootOf(5))
    expect(once.size).toBe(2)
  })

  it('forgets what can come no more also where something that has come before it has much more time', () => {
    let now = 0
    const once = new HandledOnce(() => now)
    once.begin(3, [0], rootOf(0, 3_600_000))
    for (let number = 1; number <= 1000; number++) {
      now = number * 1000
      once.begin(3, [0], rootOf(number, now + 1000))
    }
    expect(once.size).toBeLessThan(20)
  })
})
