import { EventEmitter } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { onStopSignals } from './stop-signals.js'

function listening() {
  const target = new EventEmitter()
  const calls: string[] = []
  const signals = onStopSignals(target, { stop: () => calls.push('stop'), force: () => calls.push('force') })
  return { target, calls, signals }
}

describe('onStopSignals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('stops at the first signal, %s, and forces at every later one', (first) => {
    const { target, calls, signals } = listening()
    target.emit(first)
    target.emit('SIGTERM')
    target.emit('SIGINT')
    expect([calls, signals.received]).toEqual([['stop', 'force', 'force'], first])
  })

  it('gives the signals back', () => {
    const { target, calls, signals } = listening()
    signals.close()
    target.emit('SIGINT')
    expect([calls, signals.received, target.eventNames()]).toEqual([[], undefined, []])
  })
})
