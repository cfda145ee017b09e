import { defineMessage, defineNode, Type } from '@millrace/kernel'
import { Usage } from './hop-nodes.js'

export { echo, usage } from './hop-nodes.js'

/** Asks what the web worker has used. */
export const AskFrontUsage = defineMessage('bench.ask-front-usage', Type.Object({}))

/** Tells what its process has used; it stands in the group of the web worker. */
export const frontUsage = defineNode({
  name: 'front-usage',
  consumes: AskFrontUsage,
  emits: [Usage],
  handle() {
    const { user, system } = process.cpuUsage()
    return Usage.of({ cpuMs: (user + system) / 1000 })
  },
})
