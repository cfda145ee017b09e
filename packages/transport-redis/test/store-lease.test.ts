import { afterEach, describe, expect, it } from '@jest/globals'
import type { DurableStore } from '@millrace/contracts'
import { type Program, runProgram } from '@millrace/link-tests'
import { type RedisServer, redisTests } from '@millrace/redis-server'
import { createStoreWorld, keyEvents, nextKeyEvent } from './store-world.js'

const world = createStoreWorld()
const programs: Program[] = []

afterEach(async () => {
  for (const program of programs.splice(0)) program.kill()
  await world.end()
})

/** A process that holds the slot, and its pid. */
async function holder(server: RedisServer, leaseMs: number): Promise<{ program: Program; pid: number }> {
  const program = runProgram(new URL('fixtures/', import.meta.url), 'holds-slot', server.url, String(leaseMs))
  programs.push(program)
  return { program, pid: Number(await program.says('that it has the slot')) }
}

function commit(store: DurableStore, value: string): Promise<void> {
  return store.commit([{ space: 's', key: 'k', value }], [{ entry: 'e', text: value }])
}

const kept = (server: RedisServer): readonly string[] => [
  server.cli('GET', '{test}:state:s:k'),
  server.cli('HGET', '{test}:ledger:policy#1', 'e'),
]

redisTests(describe)('the lease of a slot', () => {
  it('REDIS-03 is lost by a process that is stopped past it while another commits: it commits nothing when it wakes', async () => {
    const server = await world.start()
    const { program, pid } = await holder(server, 1000)
    process.kill(pid, 'SIGSTOP')
    program.tell('of a process that was stopped')
    const other = await world.open(server.url, { run: 'second', leaseMs: 60_000 })
    expect([...other.found]).toEqual([['e', 'before']])
    await commit(other, 'of the other')
    process.kill(pid, 'SIGCONT')
    expect(await program.says('what became of its commit')).toBe(
      'FENCED: slot policy#1 commits nothing more, because incarnation 1 of run second has taken it over',
    )
    program.tell('once more')
    expect(await program.says('what became of the next')).toContain('FENCED: ')
    expect(kept(server)).toEqual(['"of the other"', 'of the other'])
  })

  it('is not given to a process whose run has lost the slot that it must have', async () => {
    const server = await world.start()
    const supervisor = await world.open(server.url, { slot: '@run#1' })
    const first = await world.open(server.url, { under: '@run#1' })
    await commit(first, 'before')
    server.cli('FLUSHALL')
    await expect(commit(first, 'after')).rejects.toThrow('FENCED: ')
    await expect(world.open(server.url, { incarnation: 2, under: '@run#1', leaseMs: 1000 })).rejects.toThrow(
      'FENCED: slot policy#1 cannot be opened, because run first has not had @run#1 for 6000 ms: ',
    )
    expect(String(await supervisor.lost)).toContain('FENCED: ')
  })

  it('REDIS-03 is lost by a process that is stopped past it also where nobody else is there', async () => {
    const server = await world.start(keyEvents)
    const runOut = await nextKeyEvent(server, 'expired')
    const { program, pid } = await holder(server, 1000)
    process.kill(pid, 'SIGSTOP')
    program.tell('of a process that was stopped')
    await runOut()
    process.kill(pid, 'SIGCONT')
    expect(await program.says('what became of its commit')).toBe(
      'FENCED: slot policy#1 commits nothing more, because its lease has run out: for 1000 ms this process did not run, or was cut off from Redis; or Redis has lost it',
    )
    expect(kept(server)).toEqual(['"before"', 'before'])
  })

  it('is kept without commits', async () => {
    const server = await world.start()
    const { program } = await holder(server, 1000)
    await expect(world.open(server.url, { run: 'second', leaseMs: 1000 })).rejects.toThrow(
      'FENCED: slot policy#1 cannot be opened, because incarnation 1 of run of the child has it, and its lease has not run out within 6000 ms; stop that run, or give this one a runtime.platform.redis.key_prefix of its own',
    )
    program.tell('still there')
    expect(await program.says('what became of its commit')).toBe('committed')
  })

  it('of a process that was killed is waited for by another run, which finds what was committed', async () => {
    const server = await world.start()
    const { program } = await holder(server, 2000)
    program.kill()
    const other = await world.open(server.url, { run: 'second' })
    expect([...other.found]).toEqual([['e', 'before']])
  })

  it('passes at once to a later process of the same run, and the earlier one commits nothing more', async () => {
    const server = await world.start()
    const earlier = await world.open(server.url, { leaseMs: 60_000 })
    await commit(earlier, 'of the earlier')
    const later = await world.open(server.url, { incarnation: 2, leaseMs: 60_000 })
    const failed = await Promise.allSettled([commit(earlier, 'too late'), commit(earlier, 'later still')])
    const why = 'FENCED: slot policy#1 commits nothing more, because incarnation 2 of run first has taken it over'
    expect(failed.map((one) => 'reason' in one && one.reason.message)).toEqual([why, why])
    expect(kept(server)).toEqual(['"of the earlier"', 'of the earlier'])
    await commit(later, 'of the later')
  })

  it('is not given to an earlier process of the same run', async () => {
    const server = await world.start()
    await world.open(server.url, { incarnation: 3 })
    await expect(world.open(server.url, { incarnation: 2 })).rejects.toThrow(
      'FENCED: slot policy#1 cannot be opened by incarnation 2, because incarnation 3 of the same run has it; a later process has taken its place',
    )
  })

  it('of a process that was killed is given back by who knows that it is dead, and no lease of another run', async () => {
    const server = await world.start()
    const supervisor = await world.open(server.url, { slot: '@run#1', runSlots: ['policy#1', 'egress#1', 'none#1'] })
    await world.open(server.url, { leaseMs: 60_000 })
    await world.open(server.url, { slot: 'egress#1', run: 'another', leaseMs: 60_000 })
    await supervisor.close()
    expect(server.cli('KEYS', '{test}:lease:*')).toBe('{test}:lease:egress#1')
  })

  it('is given back when the store is closed', async () => {
    const server = await world.start()
    const first = await world.open(server.url, { leaseMs: 60_000 })
    const committed = commit(first, 'of the first')
    await first.close()
    await committed
    const second = await world.open(server.url, { run: 'second' })
    expect([...second.found]).toEqual([['e', 'of the first']])
  })

  it('that is lost while nothing is committed is told, once', async () => {
    const server = await world.start()
    const store = await world.open(server.url, { leaseMs: 900 })
    server.cli('DEL', '{test}:lease:policy#1')
    expect(String(await store.lost)).toContain(
      'FENCED: slot policy#1 commits nothing more, because its lease has run out',
    )
    await expect(store.load('s', ['k'])).rejects.toThrow('FENCED: ')
  })
})
