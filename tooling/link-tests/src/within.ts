/** Waits for what must happen soon, and fails with its name when it does not. */
export async function within<T>(what: string, promised: Promise<T>, patienceMs = 20_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not happen within ${patienceMs} ms`)), patienceMs)
  })
  try {
    return await Promise.race([promised, late])
  } finally {
    clearTimeout(timer)
  }
}
