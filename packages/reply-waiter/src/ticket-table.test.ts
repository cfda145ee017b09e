import { describe, expect, it } from '@jest/globals'
import { TicketTable } from './ticket-table.js'

const never = Number.POSITIVE_INFINITY

describe('TicketTable', () => {
  it('finds items by ticket and knows a closed ticket from the next in its slot', () => {
    const table = new TicketTable<string>()
    const [first, second] = [table.open('a', never), table.open('b', never)]
    table.close(first)
    const third = table.open('c', never)
    expect(new Set([first, second, third]).size).toBe(3)
    expect([first, second, third].map((ticket) => table.at(ticket))).toEqual([undefined, 'b', 'c'])
    table.close(first)
    expect(table.at(third)).toBe('c')
    expect(table.size).toBe(2)
    expect(table.openTickets()).toEqual([third, second])
  })

  it.each([-1, 0, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER])('has nothing at %p', (ticket) => {
    const table = new TicketTable<string>()
    table.open('a', never)
    table.close(ticket)
    expect(table.at(ticket)).toBeUndefined()
    expect(table.size).toBe(1)
  })

  it('never gives a ticket twice: a slot whose generations are used up is left alone', () => {
    const table = new TicketTable<number>(3)
    const tickets = Array.from({ length: 10 }, (_, item) => {
      const ticket = table.open(item, never)
      table.close(ticket)
      return ticket
    })
    expect(new Set(tickets).size).toBe(10)
    expect(table.size).toBe(0)
    expect(tickets.map((ticket) => table.at(ticket))).toEqual(tickets.map(() => undefined))
  })

  it('knows what is due and what comes next', () => {
    const table = new TicketTable<string>()
    const [first, second, third] = [table.open('a', 10), table.open('b', 5), table.open('c', 20)]
    expect(table.due(10)).toEqual([first, second])
    table.setDeadline(second, 30)
    table.close(first)
    expect(table.due(10)).toEqual([])
    expect(table.earliestDeadline()).toBe(20)
    table.close(third)
    expect(table.earliestDeadline()).toBe(30)
  })
})
