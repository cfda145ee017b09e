import assert from 'node:assert/strict'

/** Waits for what must happen, and fails with its name when it did not happen in time, so that no test hangs. */
export async function within<T>(patienceMs: number, what: string, promised: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `${what} did not happen within ${patienceMs} ms` }))
    }, patienceMs)
  })
  try {
    return await Promise.race([promised, late])
  } finally {
    clearTimeout(timer)
  }
}
