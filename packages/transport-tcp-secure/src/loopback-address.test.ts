import { describe, expect, it } from '@jest/globals'
import { addressOf, portOf } from '@millrace/wire/links'
import { openTransport } from '../test/open-transport.js'

describe('where a slot listens', () => {
  it.each([['0.0.0.0'], ['::1'], ['localhost'], ['127.0.0.2'], ['192.168.1.5'], ['']])(
    'SEC-IPC-07 refuses the host %j with SEC_BIND_REFUSED',
    (bindHost) => {
      expect(() => openTransport({ bindHost })).toThrow(
        `SEC_BIND_REFUSED: tcp_local cannot listen on "${bindHost}", because only processes of this machine may connect; set bind_host to 127.0.0.1`,
      )
    },
  )

  it.each([[70_000], [-1], [1.5], [Number.NaN]])('SEC-IPC-07 refuses the port %d with SEC_BIND_REFUSED', (bindPort) => {
    expect(() => openTransport({ bindPort })).toThrow(
      `SEC_BIND_REFUSED: tcp_local cannot listen on port ${bindPort}, because there is no such port`,
    )
  })

  it('is found in its address again', () => {
    expect(portOf(addressOf(65_535))).toBe(65_535)
  })

  it.each([
    ['tcp://127.0.0.1:0'],
    ['tcp://127.0.0.1:65536'],
    ['tcp://127.0.0.2:80'],
    ['tcp://example.org:80'],
    ['tcp://127.0.0.1:80/'],
    ['memory:a#1'],
    [''],
  ])('is not %j', (address) => {
    expect(portOf(address)).toBeUndefined()
  })
})
