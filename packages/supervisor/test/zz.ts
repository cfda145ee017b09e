import { supervise } from './supervise.js'
const { supervisor } = supervise([{ slot: 'a#1' }])
await supervisor.start()
console.log(await supervisor.stop(), process.getActiveResourcesInfo())
setTimeout(() => console.log(process.getActiveResourcesInfo()), 300).unref()
const t = setInterval(() => console.log(process.getActiveResourcesInfo()), 2000); t.unref()
