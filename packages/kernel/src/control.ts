/** For programs that look after a running application: how it can be reached, and how to ask it. */

export type { RuntimePhase, RuntimeSnapshot, RuntimeWatch, WorkerReport } from '@millrace/contracts'
export { type Conversation, converse, findApplication } from './control/control-client.js'
export { applicationsIn, controlFolder, type FoundApplication } from './control/control-folder.js'
export { type ControlLine, openControlLine } from './control/control-line.js'
export { type ControlServer, serveControl } from './control/control-server.js'
