import { check } from '../commands/check.js'
import { dropLetters } from '../commands/dead-letters-drop.js'
import { listLetters } from '../commands/dead-letters-list.js'
import { retryLetters } from '../commands/dead-letters-retry.js'
import { showLetter } from '../commands/dead-letters-show.js'
import { parity } from '../commands/parity.js'
import { plan } from '../commands/plan.js'
import { reload } from '../commands/reload.js'
import { run } from '../commands/run.js'
import { top } from '../commands/top.js'
import type { Command } from './command.js'

/** Every command of `millrace`, in the order in which one meets them. */
export const commands: readonly Command[] = [
  check,
  plan,
  run,
  top,
  reload,
  listLetters,
  showLetter,
  retryLetters,
  dropLetters,
  parity,
]
