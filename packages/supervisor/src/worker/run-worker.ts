import { type LoadWorker, residentBytes } from '@millrace/contracts'
import { openChannel } from './channel.js'
import { workerExitCode } from './exit-code.js'
import { heartbeatFd } from './heartbeat-fd.js'
import { startHeartbeatThread } from './heartbeat-thread.js'
import { WorkerSession } from './worker-session.js'

/**
 * Makes this process a worker: all that the main module of one calls. The supervisor that spawned it drives its application
 * from then on, and the process ends with it.
 *
 * SIGINT is ignored: a terminal sends it to every process, and the supervisor decides what becomes of it. SIGTERM means stop
 * now; while a stop is under way already, it is given up.
 *
 * @param load makes the application from what the supervisor tells
 * @throws TypeError when no supervisor has started this process
 */
export function runWorker(load: LoadWorker): Promise<never> {
  const channel = openChannel(
    (message, socket) => session.received(message, socket),
    () => process.exit(workerExitCode.orphaned),
  )
  const session = new WorkerSession({
    load,
    send: (message) => channel.send(message),
    end: (exitCode) => void channel.flushed().then(() => process.exit(exitCode)),
    beat: (everyMs) => thread.beat(everyMs),
    measure: (everyMs) => void setInterval(sayMemory, everyMs).unref(),
  })
  function sayMemory(): void {
    const rssBytes = residentBytes()
    if (rssBytes !== undefined) channel.send({ millrace: 'memory', rssBytes })
  }
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => session.stop())
  process.on('uncaughtExceptionMonitor', (error) => session.uncaught(error))
  channel.send({ millrace: 'hello' })
  const thread = startHeartbeatThread(heartbeatFd)
  return new Promise<never>(() => undefined)
}
