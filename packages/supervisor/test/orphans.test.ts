import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type Program, runProgram } from './run-program.js'

const supervises = fileURLToPath(new URL('./fixtures/supervises.ts', import.meta.url))
let program: Program | undefined

afterEach(() => program?.signal('SIGKILL'))

describe('workers whose supervisor was killed', () => {
  it('PROC-ORPHAN-01 are gone within 2 s, also one in an infinite loop', async () => {
    program = runProgram(supervises, ['20000'])
    await program.line('worker.running busy#1')
    program.say('block')
    program.say('blocked')
    await program.line('echo blocked')
    program.signal('SIGKILL')
    await program.gone(2_000)
    expect(program.lines.filter((line) => line.startsWith('worker.failed'))).toEqual([])
  })

  it('PROC-ORPHAN-01 are gone within 2 s, also one that never comes back from loading', async () => {
    program = runProgram(supervises, ['20000', 'blocks-while-loading'])
    await program.line('loading busy#1')
    program.signal('SIGKILL')
    await program.gone(2_000)
  })

  it('are gone, also those that have just been spawned', async () => {
    program = runProgram(supervises, ['20000'])
    await program.line('worker.starting busy#1')
    program.signal('SIGKILL')
    await program.gone(50_000)
  })
})

describe('a program that has stopped its workers', () => {
  it('ends by itself: nothing of the supervisor keeps it alive', async () => {
    program = runProgram(supervises, ['20000'])
    await program.line('worker.running busy#1')
    program.say('stop')
    await program.line('worker.stopped idle#1')
    await program.gone(50_000)
    expect(program.lines.at(-1)).toBe('mode graceful')
  })
})
