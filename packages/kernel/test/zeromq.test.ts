import { describe, it } from '@jest/globals'
import { overCarrier } from './over-carrier.js'

describe('an application whose workers talk ZeroMQ', () => {
  const application = overCarrier(async () => ({
    platform: { execution_ipc: { transport: 'zeromq_local' } },
    end: async () => undefined,
  }))

  it(
    'HANDOFF-01 HANDOFF-02 IPC-INT-10 a request goes through both groups over the carrier that the configuration names',
    application.requestGoesThrough,
  )
  it('answers many requests at a time, each its own', application.answersMany)
  it('LINK-02 a fan-out of a thousand ends, whatever is on its way', application.fanOutEnds)
  it(
    'PROC-03 a worker is killed: with redeliver every request that it held is answered by its replacement, once',
    application.killedWorkerIsReplaced,
  )
})
