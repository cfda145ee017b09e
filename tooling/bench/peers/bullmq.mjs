/** BullMQ: a job for each request, and whoever added it waits until it is finished. */
import { Queue, QueueEvents } from 'bullmq'
import { startAnswerer } from './answerer.mjs'

/** @param url of the Redis */
export async function open(url) {
  const connection = { url, maxRetriesPerRequest: null }
  const answerer = await startAnswerer('bullmq-answerer.mjs', [url])
  const queue = new Queue('echo', {
    connection,
    // A job that is removed before it is asked for counts as failed: some are kept for a while.
    defaultJobOptions: { removeOnComplete: { count: 1000 } },
  })
  queue.setMaxListeners(0) // each job that is waited for is a listener
  const events = new QueueEvents('echo', { connection })
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()])
  const ask = async (payload) => (await queue.add('echo', payload)).waitUntilFinished(events)
  return {
    call: (payload, done) => void ask(payload).then(done),
    answererCpuMs: () => answerer.cpuMs(),
    async close() {
      await events.close()
      await queue.close()
      await answerer.close()
    },
  }
}
