import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** How an answering process of plain code answers. */
export type AnswererKind = 'raw' | 'plain' | 'fork'

/** An answering process that is not ours to supervise. */
export interface Answerer {
  readonly child: ChildProcess
  /** Where it listens; 0 where it does not. */
  readonly port: number
  cpuMs(): Promise<number>
  close(): Promise<void>
}

/** Says that a message is about the measurement and no echo. */
export interface AnswererReport {
  readonly report: 'port' | 'cpu'
  readonly value: number
}

/** Starts the program `hop-echo` beside this one, and waits until it can answer. */
export async function startAnswerer(kind: AnswererKind): Promise<Answerer> {
  const child = fork(fileURLToPath(new URL('./hop-echo.mjs', import.meta.url)), [kind], { execArgv: [] })
  const port = await heard(child, 'port')
  return {
    child,
    port,
    cpuMs() {
      child.send('cpu')
      return heard(child, 'cpu')
    },
    async close() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

function heard(child: ChildProcess, what: AnswererReport['report']): Promise<number> {
  return new Promise((resolve) => {
    const listen = (message: Partial<AnswererReport>): void => {
      if (message.report !== what) return
      child.off('message', listen)
      resolve(message.value ?? 0)
    }
    child.on('message', listen)
  })
}
