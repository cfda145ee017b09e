import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, MillraceError } from '@millrace/contracts'
import { Meters } from '../metrics/meters.js'
import { Sources } from './sources.js'

const reason = new MillraceError('SHUTTING_DOWN', 'the runtime drains')

describe('Sources', () => {
  it('end at once where there are none', async () => {
    const sources = new Sources(createEventEmitter(), new Meters())
    sources.start([])
    await expect(sources.ended).resolves.toBeUndefined()
  })

  it('end by a stop where they were never started', async () => {
    const sources = new Sources(createEventEmitter(), new Meters())
    sources.stop(reason)
    await expect(sources.ended).resolves.toBeUndefined()
  })
})
