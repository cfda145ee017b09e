import { readFileSync } from 'node:fs'

/** Time on processors of the children that have ended, as Linux counts it: the 16th and 17th field, in hundredths. 0 elsewhere. */
export function childrenMs(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[13]) + Number(fields[14])) * 10
  } catch {
    return 0
  }
}
