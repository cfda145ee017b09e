/**
 * What work comes to; undefined where nothing is left in this process that could end it, as when a module awaits a promise that
 * nobody settles. Node.js would end the process then without a word.
 */
export async function unlessStuck<Result extends object>(work: Promise<Result>): Promise<Result | undefined> {
  let listener: () => void = () => undefined
  const stuck = new Promise<undefined>((resolve) => {
    listener = () => resolve(undefined)
  })
  process.on('beforeExit', listener)
  try {
    return await Promise.race([work, stuck])
  } finally {
    process.off('beforeExit', listener)
  }
}
