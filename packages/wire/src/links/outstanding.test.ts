import { describe, expect, it } from '@jest/globals'
import { ack, envelope } from '@millrace/link-tests'
import { Outstanding } from './outstanding.js'

describe('Outstanding', () => {
  it('counts what is under way, whoever has sent it', () => {
    const outstanding = new Outstanding()
    outstanding.send(envelope(1))
    expect(outstanding.count).toBe(1)
    outstanding.receive(envelope(1))
    expect(outstanding.count).toBe(2)
  })

  it('counts no more what is acknowledged', () => {
    const outstanding = new Outstanding()
    for (let ticket = 0; ticket < 5; ticket++) {
      outstanding.send(envelope(ticket))
      outstanding.receive(envelope(ticket))
    }
    outstanding.receive(ack(2))
    outstanding.receive(ack(4, 4))
    outstanding.send(ack(4))
    expect(outstanding.count).toBe(1)
  })

  it('does not count what has no ticket', () => {
    const outstanding = new Outstanding()
    for (let count = 0; count < 5; count++) outstanding.send({ ...envelope(1), ticket: undefined })
    expect(outstanding.count).toBe(0)
  })

  it('is not led astray by acknowledgements of what was never sent', () => {
    const outstanding = new Outstanding()
    outstanding.receive(ack(Number.MAX_SAFE_INTEGER))
    for (let ticket = 0; ticket < 2; ticket++) outstanding.send(envelope(ticket))
    expect(outstanding.count).toBe(2)
  })
})
