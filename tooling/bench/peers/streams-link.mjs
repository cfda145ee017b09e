import { createClient } from '@redis/client'

/** Entries that a stream keeps at least; far more than are ever on their way. */
const kept = '4096'
const most = '256'

/**
 * One end of a link that is made of two Redis streams: each message is an entry with a number and JSON. The client writes all
 * commands of a turn at once; a connection of its own waits for what comes.
 *
 * @param heard gets the number and the value of each entry of the stream `reads`
 */
export async function openStreams(url, { reads, writes }, heard) {
  const [writer, reader] = await Promise.all([connected(url), connected(url)])
  let isOpen = true
  void read().catch((error) => {
    if (isOpen) throw error
  })
  return {
    send(id, value) {
      const entry = ['i', String(id), 'p', JSON.stringify(value)]
      void writer.sendCommand(['XADD', writes, 'MAXLEN', '~', kept, '*', ...entry])
    },
    close() {
      isOpen = false
      reader.destroy()
      writer.destroy()
    },
  }

  async function read() {
    let last = '0'
    for (;;) {
      const [[, entries]] = await reader.sendCommand(['XREAD', 'COUNT', most, 'BLOCK', '0', 'STREAMS', reads, last])
      for (const [entry, [, id, , json]] of entries) {
        last = entry
        heard(Number(id), JSON.parse(json))
      }
    }
  }
}

function connected(url) {
  const client = createClient({ url })
  client.on('error', (error) => {
    throw error
  })
  return client.connect()
}
