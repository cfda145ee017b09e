/** A scheduler that runs nothing by itself. */
export interface ManualSchedule {
  readonly schedule: (run: () => void) => void
  /** How many runs wait. */
  readonly waiting: number
  /** Runs one of those that wait, chosen by a number; nothing when none waits. */
  runOne(choice?: number): void
  /** Runs until none waits. */
  runAll(): void
}

/** Makes a scheduler for tests that decide themselves what happens next. */
export function createManualSchedule(): ManualSchedule {
  const runs: (() => void)[] = []
  return {
    schedule: (run) => void runs.push(run),
    get waiting() {
      return runs.length
    },
    runOne(choice = 0) {
      const [run] = runs.splice(choice % Math.max(1, runs.length), 1)
      run?.()
    },
    runAll() {
      while (runs.length > 0) this.runOne()
    },
  }
}
