import { becomeAnswerer } from './answerer.mjs'
import { checked } from './check.mjs'
import { createBroker } from './moleculer-broker.mjs'

const [port, ...urls] = process.argv.slice(2)
const broker = createBroker('answerer', Number(port), urls)
broker.createService({ name: 'bench', actions: { echo: ({ params }) => checked(params) } })
await broker.start()
becomeAnswerer()
