import { describe, expect, it } from '@jest/globals'
import type { EventLevel, EventName, Facts, MillraceEvent } from '@millrace/contracts'
import { createTerminal } from './terminal.js'

function event(name: EventName, facts: Facts, level: EventLevel = 'info'): MillraceEvent {
  return { name, level, at: 0, facts }
}

const progress = (done: number, total?: number) =>
  event('source.progress', { source: 'read', done, unit: 'bytes', ...(total === undefined ? {} : { total }) }, 'debug')

/** What a terminal writes when events come a quarter of a second apart. */
function shown(events: readonly MillraceEvent[], { isTTY = true, quiet = false, stepMs = 250 } = {}): string[] {
  const written: string[] = []
  let nowMs = -stepMs
  const clock = () => {
    nowMs += stepMs
    return nowMs
  }
  const terminal = createTerminal({ isTTY, write: (text: string) => written.push(text) }, quiet, clock)
  events.forEach(terminal.hear)
  return written
}

describe('createTerminal', () => {
  it('shows how far the source has come and how long it will take', () => {
    expect(shown([progress(1_000_000, 4_000_000), progress(4_000_000, 4_000_000)])).toEqual([
      '\r\u001b[2K[########......................] 25 %  1.0 of 4.0 MB  1 s left',
      '\r\u001b[2K[##############################] 100 %  4.0 of 4.0 MB  0 s left',
    ])
  })

  it('shows what was read where the end is not known', () => {
    expect(shown([progress(1_500_000)])).toEqual(['\r\u001b[2K1.5 MB'])
  })

  it('draws no more often than an eye can follow', () => {
    expect(
      shown(
        [1, 2, 3, 4].map((done) => progress(done)),
        { stepMs: 60 },
      ),
    ).toHaveLength(2)
  })

  it('takes the bar away before it prints a line', () => {
    expect(shown([progress(1), event('node.log', { node: 'write', message: 'written anew' }, 'warn')])).toEqual([
      '\r\u001b[2K0.0 MB',
      '\r\u001b[2K',
      'written anew\n',
    ])
  })

  it('draws no bar where there is no terminal', () => {
    expect(shown([progress(1, 2), event('node.log', { message: 'resuming' })], { isTTY: false })).toEqual([
      'resuming\n',
    ])
  })

  it('shows warnings only when it is quiet', () => {
    const log = (level: EventLevel) => event('node.log', { message: level }, level)
    expect(shown([progress(1, 2), log('info'), log('warn'), log('error')], { quiet: true })).toEqual([
      'warn\n',
      'error\n',
    ])
  })

  it('leaves other events alone', () => {
    expect(shown([event('runtime.ready', {})])).toEqual([])
  })
})
