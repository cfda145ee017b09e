import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { callMain } from './call-main.js'
import { fixtures, steady } from './start-millrace.js'

const home = process.cwd()
beforeAll(() => process.chdir(fixtures))
afterAll(() => process.chdir(home))

const same = '90cc1907e2d9d588bd98b3b23622e353ee7ba054b67f2a3177c2ec1226dad804'

const rule = [10, 5, 8, 64, 7, 9].map((width) => '─'.repeat(width)).join('  ')

describe('millrace parity', () => {
  it('PARITY-05 finds memory, frozen and serialised identical for an application that keeps to the rules', async () => {
    const { code, stdout, stderr } = await callMain(['parity', 'shop.yml'])
    expect([code, stderr]).toEqual([0, ''])
    expect(
      withoutTimes(stdout),
    ).toBe(`variant     sink   messages  SHA-256                                                           seconds  outcome
${rule}
memory      lines  5         ${same}  TIME     reference
frozen      lines  5         ${same}  TIME     identical
serialised  lines  5         ${same}  TIME     identical

identical
`)
  })

  it('PARITY-05 finds a handler that changes its input', async () => {
    const { code, stdout } = await callMain(['parity', 'shop.yml', 'changes-its-input.yml'])
    expect(code).toBe(1)
    expect(verdict(stdout)).toBe(`frozen failed, and memory did not
NODE_FAILED: the handler of node 'price' threw
  caused by: TypeError: Cannot assign to read only property 'n' of object '#<Object>'
a handler changes a payload that it was given; it must make its own: { ...payload, … }
`)
  })

  it('PARITY-05 finds a node that relies on payloads being the same object', async () => {
    const { code, stdout, stderr } = await callMain(['parity', 'shop.yml', 'relies-on-identity.yml'])
    expect([code, stderr]).toEqual([1, ''])
    expect(verdict(stdout)).toBe(`different: sink 'lines', message 2, trace TRACE
  memory      {"payload":{"cents":42,"n":2},"type":"shop.priced"}
  serialised  {"payload":{"cents":0,"n":2},"type":"shop.priced"}
a node relies on what JSON does not carry: undefined, instances of classes, or payloads that are the same object
`)
  })

  it('PARITY-05 finds a node that relies on what its schema does not declare', async () => {
    const { code, stdout } = await callMain([
      'parity',
      'shop.yml',
      'relies-on-undeclared.yml',
      '--variants',
      'memory,serialised',
    ])
    expect(code).toBe(1)
    expect(verdict(stdout)).toBe(`serialised failed, and memory did not
NODE_FAILED: the handler of node 'price' threw
  caused by: TypeError: discounts?.get is not a function
a node relies on what JSON does not carry: undefined, instances of classes, or payloads that are the same object
`)
  })

  it('takes a further configuration file as a variant', async () => {
    const { code, stdout } = await callMain(['parity', 'shop.yml', '--variants', 'memory,shorter=shorter.yml'])
    expect(code).toBe(1)
    expect(verdict(stdout)).toBe(`different: sink 'lines', message 4, trace TRACE
  memory   {"payload":{"cents":84,"n":4},"type":"shop.priced"}
  shorter  nothing: it had no more messages
the application depends on what shorter.yml changes
`)
  })

  it('gives the comparison as JSON', async () => {
    const { code, stdout } = await callMain([
      'parity',
      'shop.yml',
      '--variants',
      'shorter=shorter.yml,memory',
      '--json',
    ])
    const answer: unknown = JSON.parse(stdout)
    expect(code).toBe(1)
    expect(answer).toMatchObject({
      identical: false,
      variants: [
        { name: 'shorter', outcome: 'done', sinks: [{ sink: 'lines', messages: 3 }], difference: null, error: null },
        {
          name: 'memory',
          outcome: 'done',
          sinks: [{ sink: 'lines', messages: 5, sha256: same }],
          difference: {
            sink: 'lines',
            message: 4,
            expected: null,
            actual: { json: '{"payload":{"cents":84,"n":4},"type":"shop.priced"}' },
          },
        },
      ],
    })
  })

  it('says so where the reference itself fails', async () => {
    const { code, stdout, stderr } = await callMain(['parity', 'shop.yml', 'throws-at-three.yml'])
    expect([code, stdout]).toEqual([1, ''])
    expect(
      steady(stderr),
    ).toBe(`TIME warn  root.failed node=price code=NODE_FAILED reason="there is no price for three" trace=TRACE
memory failed, so there is nothing to compare with
NODE_FAILED: the handler of node 'price' threw
  caused by: RangeError: there is no price for three
  caused by: Error: the list ends at two
`)
  })

  it.each([
    [['service.yml'], 'GRAPH_NO_PROVIDER'],
    [['shop.yml', 'completion.yml'], 'CONFIG_INVALID: runtime.ordering.sink_mode is completion'],
  ])('refuses what cannot be compared: %j', async (files, message) => {
    const { code, stdout, stderr } = await callMain(['parity', ...files])
    expect([code, stdout, stderr.slice(0, message.length)]).toEqual([2, '', message])
  })
})

function withoutTimes(stdout: string): string {
  return steady(stdout).replace(/ \d+\.\d\d {4}/gu, ' TIME    ')
}

function verdict(stdout: string): string {
  return steady(stdout.slice(stdout.indexOf('\n\n') + 2))
}
