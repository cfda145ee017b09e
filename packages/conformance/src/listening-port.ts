import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * The port that a process listens on, as Linux tells it: the first of several.
 *
 * @throws Error where it listens on none
 */
export function listeningPort(pid: number): number {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => inodeOf(`/proc/${pid}/fd/${fd}`))
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/u))
  const listening = rows.find(([, , , state, , , , , , inode]) => state === '0A' && sockets.includes(inode ?? ''))
  if (listening === undefined) throw new Error(`process ${pid} listens on no port`)
  return Number.parseInt(listening[1]?.split(':')[1] ?? '', 16)
}

function inodeOf(path: string): readonly string[] {
  try {
    return /^socket:\[(\d+)\]$/u.exec(readlinkSync(path))?.slice(1) ?? []
  } catch {
    return [] // it was closed meanwhile
  }
}
