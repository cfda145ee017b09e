import { describe, expect, it } from '@jest/globals'
import { describeValue } from './describe-value.js'
import { pathText } from './path.js'

describe('describeValue', () => {
  it.each([
    [null, 'nothing'],
    [5, '5'],
    [true, 'true'],
    ['a b', '"a b"'],
    ['a\u001b[31m\u009b\u202e', '"a\\u001b[31m\\u009b\\u202e"'],
    ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
    ['postgres://shop:hunter2@db/x', 'what may be a URL with credentials'],
    ['redis:/:hunter2@db', 'what may be a URL with credentials'],
    ['redis://shop:hun/ter 2@db', 'what may be a URL with credentials'],
    [[1], 'a list'],
    [{ a: 1 }, 'a mapping'],
    [Object.create(null), 'a mapping'],
    [new Date(0), 'a Date'],
    [5n, 'a bigint'],
  ])('%p is %s', (value, text) => {
    expect(describeValue(value)).toBe(text)
  })
})

describe('pathText', () => {
  it.each<[readonly (string | number)[], string]>([
    [[], ''],
    [['runtime', 'platform', 'process_groups', 2, 'workers'], 'runtime.platform.process_groups[2].workers'],
    [['nodes', 'fund.load', 'x'], 'nodes["fund.load"].x'],
    [['nodes', 'a\nb'], 'nodes["a\\nb"]'],
    [['auth', 'secret'], 'auth.secret'],
    [['auth', 'secret', 'hunter2', 'x'], 'auth.secret.…'],
  ])('%j is %s', (path, text) => {
    expect(pathText(path)).toBe(text)
  })
})
