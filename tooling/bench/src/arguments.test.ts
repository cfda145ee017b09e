import { describe, expect, it } from '@jest/globals'
import { benchArguments, helpText } from './arguments.js'
import type { Bench } from './harness/bench.js'

const part = (name: string) => ({ name, about: `measures ${name}`, measure: async () => [] })
const runner: Bench = { name: 'runner', about: 'the runner', parts: [part('chain'), part('memory')] }

describe('benchArguments', () => {
  it('fills in what was left out', () => {
    expect(benchArguments(['runner'], [runner])).toEqual({
      bench: runner,
      parts: ['chain', 'memory'],
      rounds: 5,
      lines: 1_000_000,
      json: undefined,
    })
  })

  it('fills in the lines of the bench itself', () => {
    expect(benchArguments(['backend'], [{ ...runner, name: 'backend', lines: 20_000 }])?.lines).toBe(20_000)
  })

  it('takes what was given', () => {
    const args = ['runner', '--rounds', '3', '--lines', '1000', '--only', 'memory', '--json', 'out.json']
    expect(benchArguments(args, [runner])).toEqual({
      bench: runner,
      parts: ['memory'],
      rounds: 3,
      lines: 1000,
      json: 'out.json',
    })
  })

  it.each([[[]], [['--help']], [['runner', '--help']]])('%j asks for help', (args) => {
    expect(benchArguments(args, [runner])).toBeUndefined()
  })

  it.each([
    [['web'], "there is no bench 'web': runner"],
    [['runner', 'web'], 'one bench at a time: runner, or web'],
    [['runner', '--only', 'hop'], "bench 'runner' has no part 'hop': chain, memory"],
    [['runner', '--rounds', '0'], '--rounds must be a whole number from 1 (got "0")'],
    [['runner', '--lines', '1e6'], '--lines must be a whole number from 1 (got "1e6")'],
  ])('%j is refused', (args, message) => {
    expect(() => benchArguments(args, [runner])).toThrow(new RangeError(message))
  })

  it('refuses an option that it does not know', () => {
    expect(() => benchArguments(['runner', '--round', '3'], [runner])).toThrow(RangeError)
  })
})

describe('helpText', () => {
  it('names benches and parts', () => {
    expect(helpText([runner])).toContain(
      '  runner      the runner\n    chain     measures chain\n    memory    measures memory\n',
    )
  })
})
