/** Fastify, alone or in front of another system: the only argument is the module that asks that system, if there is one. */
import fastify from 'fastify'
import { echoShape } from './echo-shape.mjs'

const [module] = process.argv.slice(2)
const behind = module === undefined ? undefined : await (await import(module)).open()
const app = fastify()
const response = { 200: echoShape }
// Who answers validates, once, as everybody does.
if (behind === undefined)
  app.post('/echo', { schema: { body: echoShape, response } }, (request, reply) => {
    reply.send(request.body)
  })
else app.post('/echo', { schema: { response } }, (request) => new Promise((resolve) => ask(request.body, resolve)))

let unanswered = 0
let allAnswered = () => {}
function ask(body, resolve) {
  unanswered++
  behind.call(body, (answer) => {
    resolve(answer)
    if (--unanswered === 0) allAnswered()
  })
}

const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.on('message', async (message) => {
  if (message === 'cpu') process.send({ said: 'cpu', cpuMs: ownCpuMs() + ((await behind?.answererCpuMs()) ?? 0) })
  if (message !== 'close') return
  await app.close()
  // Who makes load ends with requests on their way, and a client that is closed before they are answered fails.
  await new Promise((resolve) => {
    allAnswered = resolve
    if (unanswered === 0) resolve()
  })
  await behind?.close()
  process.exit()
})
process.send({ said: 'ready', url: `${url}/echo` })

function ownCpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
