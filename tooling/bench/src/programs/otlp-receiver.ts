/** A receiver of OTLP that reads what comes and keeps nothing: `fast` answers at once, `slow` after five seconds. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const answerMs = process.argv[2] === 'slow' ? 5000 : 0

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    if (answerMs === 0) response.end()
    else setTimeout(() => response.end(), answerMs)
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.on('message', (message) => {
  if (message === 'close') process.exit()
})
process.send?.({ said: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
