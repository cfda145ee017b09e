/**
 * Items by ticket. A ticket is one number, `generation × slots + slot`: the slot finds the item without a map, and the
 * generation tells a reused slot from the old one. A slot whose generations are used up is not used again, so a ticket never
 * comes twice.
 */
export class TicketTable<Item> {
  readonly #items: (Item | undefined)[] = []
  /** The ticket of each slot, of its last item where it is empty. */
  readonly #tickets: number[] = []
  /** When each slot is due, in milliseconds; infinite where it never is. */
  readonly #deadlines: number[] = []
  readonly #free: number[] = []
  readonly #lastGeneration: number
  #retired = 0

  /** @param lastGeneration how often a slot may be reused; smaller only in tests */
  constructor(lastGeneration: number = generations - 1) {
    this.#lastGeneration = lastGeneration
  }

  /** How many items there are. */
  get size(): number {
    return this.#tickets.length - this.#free.length - this.#retired
  }

  /**
   * Puts an item in.
   *
   * @param deadline in milliseconds; infinite for none
   * @throws RangeError when all 4,194,304 slots are taken
   */
  open(item: Item, deadline: number): number {
    const slot = this.#free.pop() ?? this.#addSlot()
    const ticket = (this.#tickets[slot] ?? 0) + slots
    this.#items[slot] = item
    this.#tickets[slot] = ticket
    this.#deadlines[slot] = deadline
    return ticket
  }

  /** The item of a ticket; undefined once it is closed. */
  at(ticket: number): Item | undefined {
    const slot = slotOf(ticket)
    return this.#tickets[slot] === ticket ? this.#items[slot] : undefined
  }

  /** Moves the deadline of a ticket that is open. */
  setDeadline(ticket: number, deadline: number): void {
    this.#deadlines[slotOf(ticket)] = deadline
  }

  /** Takes an item out. A ticket that is not open is left alone. */
  close(ticket: number): void {
    const slot = slotOf(ticket)
    if (this.#tickets[slot] !== ticket || this.#items[slot] === undefined) return
    this.#items[slot] = undefined
    this.#deadlines[slot] = Number.POSITIVE_INFINITY
    if (ticket < this.#lastGeneration * slots) this.#free.push(slot)
    else this.#retired++
  }

  /** The tickets whose deadline is at or before a time. */
  due(now: number): readonly number[] {
    const due: number[] = []
    for (let slot = 0; slot < this.#deadlines.length; slot++)
      if ((this.#deadlines[slot] ?? 0) <= now) due.push(this.#tickets[slot] ?? 0)
    return due
  }

  /** The first deadline of all; infinite where there is none. */
  earliestDeadline(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const deadline of this.#deadlines) if (deadline < earliest) earliest = deadline
    return earliest
  }

  /** All open tickets. */
  openTickets(): readonly number[] {
    return this.#tickets.filter((_, slot) => this.#items[slot] !== undefined)
  }

  #addSlot(): number {
    const slot = this.#tickets.length
    if (slot >= slots) throw new RangeError(`more than ${slots} tickets are open at once`)
    this.#tickets.push(slot)
    return slot
  }
}

const slots = 2 ** 22
const generations = 2 ** 31

/** The lowest 22 bits, also of a number beyond 32 bits. */
function slotOf(ticket: number): number {
  return ticket & (slots - 1)
}
