import type { Failure } from './failure.js'
import { rowText } from './page.js'
import { Stage, type StageOptions } from './stage.js'

/**
 * Makes a fault and tells its row.
 *
 * @throws Error when it has shown nothing of the kind, or something that must be hidden
 */
export async function makeFault(failure: Failure, options: StageOptions = {}): Promise<string> {
  const stage = await Stage.open(options)
  try {
    const row = rowText(failure, await failure.make(stage))
    const mistakes = stage.mistakes(failure.works)
    if (mistakes.length > 0) throw new Error(mistakes.join('; '))
    return row
  } finally {
    await stage.close()
  }
}
