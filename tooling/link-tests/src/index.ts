export {
  type AttackedEnd,
  type AttackedLink,
  type AttackOptions,
  recorded,
  withAttackedLink,
} from './attacked-link.js'
export { type Heard, hear } from './heard.js'
export { lyingHello } from './lying-hello.js'
export { openLosable } from './open-losable.js'
export { echo, sendSteadily } from './programs.js'
export { ack, envelope, ticketsOf } from './records.js'
export { type Program, runProgram } from './run-program.js'
export { secretForms } from './secret-forms.js'
export { framesOf, lastFrameOf, signedByHand } from './signed-by-hand.js'
export { createTcpProxy, type Filter, type ProxyConnection, type TcpProxy, type Toward } from './tcp-proxy.js'
export { peerOptions } from './test-keys.js'
export { within } from './within.js'
