import fastify from 'fastify'
import { becomeAnswerer } from './answerer.mjs'
import { echoShape } from './echo-shape.mjs'

const app = fastify()
app.post('/echo', { schema: { body: echoShape, response: { 200: echoShape } } }, (request, reply) => {
  reply.send(request.body)
})
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
becomeAnswerer()
