import { describe, expect, it } from '@jest/globals'
import type { MillraceError } from '@millrace/contracts'
import { type Newcomer, PairTable, type StandingLink } from './pair-table.js'

function standing(table: PairTable, incarnation: number, isOpen = true) {
  const link = {
    incarnation,
    isOpen,
    ended: Promise.resolve(),
    losses: 0,
    lose() {
      link.losses++
      table.close('b#1', 'c#1', link)
    },
  } satisfies StandingLink & { losses: number; lose: () => void }
  table.open('b#1', 'c#1', link)
  return link
}

function newcomer(incarnation = 1, local = 'b#1', peer = 'c#1') {
  const heard: (string | undefined)[] = []
  const one: Newcomer = {
    local,
    peer,
    incarnation,
    open: () => heard.push('open'),
    refuse: (error) => heard.push(error?.code),
  }
  return { ...one, heard }
}

function ongoingDial() {
  const abandoned: MillraceError[] = []
  return { abandoned, abandon: (error: MillraceError) => void abandoned.push(error) }
}

const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

describe('PairTable', () => {
  it('opens for whoever comes first', () => {
    const first = newcomer()
    new PairTable().admit(first)
    expect(first.heard).toEqual(['open'])
  })

  it.each([
    ['the same incarnation', 2],
    ['an older one', 1],
  ])('refuses a second connection of %s', (_which, incarnation) => {
    const table = new PairTable()
    const link = standing(table, 2)
    const second = newcomer(incarnation)
    table.admit(second)
    expect([second.heard, link.losses]).toEqual([['SEC_HANDSHAKE_FAILED'], 0])
  })

  it('lets the link to an older process stand beside that to a newer one, and both end by themselves', () => {
    const table = new PairTable()
    const link = standing(table, 2)
    const newer = newcomer(3)
    table.admit(newer)
    expect([newer.heard, link.losses]).toEqual([['open'], 0])
  })

  it('keeps another pair apart', () => {
    const table = new PairTable()
    standing(table, 1)
    const other = newcomer(1, 'b#1', 'd#1')
    table.admit(other)
    expect(other.heard).toEqual(['open'])
  })

  it('lets who comes while a link is ending wait for its end, and the next not at all', async () => {
    const table = new PairTable()
    const ending = standing(table, 1, false)
    const [second, third] = [newcomer(), newcomer()]
    table.admit(second)
    table.admit(third)
    expect([second.heard, third.heard]).toEqual([[], ['SEC_HANDSHAKE_FAILED']])
    table.close('b#1', 'c#1', ending)
    expect(second.heard).toEqual([])
    await nextTick()
    expect(second.heard).toEqual(['open'])
  })

  it('forgets who waits when it goes', async () => {
    const table = new PairTable()
    const ending = standing(table, 1, false)
    const second = newcomer()
    table.admit(second)
    table.withdraw(second)
    table.close('b#1', 'c#1', ending)
    await nextTick()
    expect(second.heard).toEqual([])
  })

  it('LINK-01 keeps its own dial where it is the smaller slot, and refuses the other without blame', () => {
    const table = new PairTable()
    const dial = ongoingDial()
    table.beginDial('b#1', 'c#1', dial)
    const crossing = newcomer(1, 'b#1', 'c#1')
    table.admit(crossing)
    expect([crossing.heard, dial.abandoned]).toEqual([[undefined], []])
  })

  it('LINK-01 gives its own dial up where it is the larger slot', () => {
    const table = new PairTable()
    const dial = ongoingDial()
    table.beginDial('b#1', 'a#1', dial)
    const crossing = newcomer(1, 'b#1', 'a#1')
    table.admit(crossing)
    expect(crossing.heard).toEqual(['open'])
    expect(dial.abandoned.map(({ message }) => message)).toEqual([
      'HANDOFF_TRANSPORT: slot b#1 cannot be linked to a#1, because both have dialled at once; the link that it has dialled stands',
    ])
  })

  it('dials neither a linked slot nor one that is being dialled', () => {
    const table = new PairTable()
    const link = standing(table, 1)
    expect(() => table.beginDial('b#1', 'c#1', ongoingDial())).toThrow('they have a link already; use that one')
    table.close('b#1', 'c#1', link)
    const dial = ongoingDial()
    table.beginDial('b#1', 'c#1', dial)
    expect(() => table.beginDial('b#1', 'c#1', ongoingDial())).toThrow('it is being dialled already')
    table.endDial('b#1', 'c#1', dial)
    table.beginDial('b#1', 'c#1', ongoingDial())
  })
})
