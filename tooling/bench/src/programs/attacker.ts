/** Attacks a port of loopback; its only argument names it. */
import { attackAll } from '@millrace/link-tests/attack-all'
import type { AttackTask } from './attack-task.js'
import { taskOf } from './measure.js'

console.log(JSON.stringify(await attackAll(taskOf<AttackTask>().port)))
