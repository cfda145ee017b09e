import type { Rule } from '../rule.js'
import { deadLetterRules } from './dead-letter-rules.js'
import { groupRules } from './group-rules.js'
import { interfaceRules } from './interface-rules.js'
import { ipcRules } from './ipc-rules.js'
import { observabilityRules } from './observability-rules.js'
import { redisRules } from './redis-rules.js'
import { webRules } from './web-rules.js'

/** Every rule between keys. */
export const rules: readonly Rule[] = [
  ...ipcRules,
  ...groupRules,
  ...redisRules,
  ...deadLetterRules,
  ...webRules,
  ...interfaceRules,
  ...observabilityRules,
]
