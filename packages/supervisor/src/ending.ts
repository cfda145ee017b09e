/** Where an ending begins: `exit` waits for a process that is about to end by itself. */
export type EndingFrom = 'message' | 'exit' | 'SIGTERM' | 'SIGKILL'

/** What an ending does to a process, and how long each step of it may take. */
export interface EndingParts {
  /** Resolves when the process is gone. */
  readonly gone: Promise<unknown>
  readonly stopTimeoutMs: number
  readonly terminateMs: number
  readonly killMs: number
  /** Tells it to stop. */
  tell(): void
  force(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Takes one step after the other until the process is gone. @returns whether it is */
export async function endStepByStep(from: EndingFrom, parts: EndingParts): Promise<boolean> {
  for (const [step, budgetMs, act] of stepsOf(parts)) {
    if (!follows(step, from)) continue
    act()
    if (await settledWithin(parts.gone, budgetMs)) return true
  }
  return false
}

/** Waits for a promise that never rejects, but not for ever. @returns whether it was settled in time */
export async function settledWithin(promise: Promise<unknown>, budgetMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), budgetMs)
  })
  try {
    return await Promise.race([promise.then(() => true), tooLate])
  } finally {
    clearTimeout(timer)
  }
}

type Step = readonly [step: EndingFrom, budgetMs: number, act: () => void]

function stepsOf({ stopTimeoutMs, terminateMs, killMs, tell, force }: EndingParts): readonly Step[] {
  return [
    ['message', stopTimeoutMs, tell],
    ['exit', stopTimeoutMs, () => undefined],
    ['SIGTERM', terminateMs, () => force('SIGTERM')],
    ['SIGKILL', killMs, () => force('SIGKILL')],
  ]
}

/** Whether an ending that begins somewhere takes a step. One that has told the process to stop has waited already. */
function follows(step: EndingFrom, from: EndingFrom): boolean {
  if (step === 'SIGKILL' || step === from) return true
  return step === 'SIGTERM' && from !== 'SIGKILL'
}
