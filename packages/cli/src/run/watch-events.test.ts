import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, type Facts } from '@millrace/contracts'
import { fakeIo } from '../../test/call-main.js'
import { type WatchOptions, watchEvents } from './watch-events.js'

const defaults: WatchOptions = { logLevel: 'warn', logJson: false, progress: 'off', clock: () => 0 }

/** What is written while a web worker begins to listen and is replaced. */
function told(options: Partial<WatchOptions>, facts: Facts = { documentation: 'http://127.0.0.1:8080/docs' }): string {
  const events = createEventEmitter()
  const io = fakeIo()
  const watch = watchEvents(events, io, { ...defaults, ...options })
  events.emit('web.listening', { url: 'http://127.0.0.1:8080', ...facts })
  events.emit('web.listening', { url: 'http://127.0.0.1:8080', ...facts })
  watch.close()
  return io.written().stderr.replaceAll(/^\S+Z/gmu, 'TIME')
}

describe('what is told of a service that can be asked', () => {
  it('is its address, once', () => {
    expect(told({})).toBe('listening on http://127.0.0.1:8080 (documentation: http://127.0.0.1:8080/docs)\n')
  })

  it('is no documentation where an interface has taken its path', () => {
    expect(told({}, {})).toBe('listening on http://127.0.0.1:8080\n')
  })

  it('is the event alone where that is told', () => {
    expect(told({ logLevel: 'info' }, {})).toBe('TIME info  web.listening url=http://127.0.0.1:8080\n'.repeat(2))
  })

  it('is nothing where programs read along', () => {
    expect(told({ logJson: true })).toBe('')
  })
})
