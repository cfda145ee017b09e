import { describe, expect, it } from '@jest/globals'
import { ack, envelope } from '../test/records.js'
import { Outstanding } from './outstanding.js'

describe('Outstanding', () => {
  it('is alone with one envelope under way, and not with two, whoever has sent them', () => {
    const outstanding = new Outstanding()
    outstanding.send(envelope(1))
    expect(outstanding.alone).toBe(true)
    outstanding.receive(envelope(1))
    expect(outstanding.alone).toBe(false)
  })

  it('is alone again when they are acknowledged', () => {
    const outstanding = new Outstanding()
    for (let ticket = 0; ticket < 5; ticket++) {
      outstanding.send(envelope(ticket))
      outstanding.receive(envelope(ticket))
    }
    outstanding.receive(ack(2))
    outstanding.receive(ack(4, 4))
    outstanding.send(ack(4))
    expect(outstanding.alone).toBe(true)
  })

  it('takes no part in what has no ticket', () => {
    const outstanding = new Outstanding()
    for (let count = 0; count < 5; count++) outstanding.send({ ...envelope(1), ticket: undefined })
    expect(outstanding.alone).toBe(true)
  })

  it('is not led astray by acknowledgements of what was never sent', () => {
    const outstanding = new Outstanding()
    outstanding.receive(ack(Number.MAX_SAFE_INTEGER))
    for (let ticket = 0; ticket < 2; ticket++) outstanding.send(envelope(ticket))
    expect(outstanding.alone).toBe(false)
  })
})
