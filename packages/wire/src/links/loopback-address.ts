import { MillraceError, type Profile } from '@millrace/contracts'

/** The one address that workers listen on. */
export const loopbackHost = '127.0.0.1'

const largestPort = 65_535
const addressPattern = /^tcp:\/\/127\.0\.0\.1:(\d{1,5})$/

/** What a peer dials: `tcp://127.0.0.1:PORT`. */
export function addressOf(port: number): string {
  return `tcp://${loopbackHost}:${port}`
}

/** The port of an address that `addressOf` has made; undefined for anything else, also for other hosts. */
export function portOf(address: string): number | undefined {
  const port = Number(addressPattern.exec(address)?.[1])
  return port >= 1 && port <= largestPort ? port : undefined
}

/**
 * Refuses to listen where others than the processes of this machine could connect.
 *
 * @throws MillraceError SEC_BIND_REFUSED
 */
export function checkBind(profile: Profile, host: string, port: number): void {
  if (host !== loopbackHost)
    throw new MillraceError(
      'SEC_BIND_REFUSED',
      `${profile} cannot listen on ${JSON.stringify(host)}, because only processes of this machine may connect; set bind_host to ${loopbackHost}`,
      { facts: { host } },
    )
  if (!Number.isInteger(port) || port < 0 || port > largestPort)
    throw new MillraceError(
      'SEC_BIND_REFUSED',
      `${profile} cannot listen on port ${port}, because there is no such port; set bind_port to 0, for any free one, or to a number up to ${largestPort}`,
      { facts: { port } },
    )
}
