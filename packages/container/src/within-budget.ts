/** What {@link withinBudget} gives for a promise that took too long. */
export const late: unique symbol = Symbol('late')

/** The promise's outcome, or `late` once so many milliseconds have passed; the promise itself goes on. */
export async function withinBudget<Value>(promise: Promise<Value>, budgetMs: number): Promise<Value | typeof late> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, budgetMs, late)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
