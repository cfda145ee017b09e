/** Waits for something, but not longer than a number of milliseconds. @returns whether it came in time */
export async function within(ms: number, wait: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([wait.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
