import moleculer from 'moleculer'

/** A broker with its TCP transporter, told where both are instead of looking for them by UDP. No log, and room for 1 MiB; all else as it comes. */
export function createBroker(nodeID, port, urls) {
  return new moleculer.ServiceBroker({
    nodeID,
    logger: false,
    transporter: { type: 'TCP', options: { udpDiscovery: false, port, urls, maxPacketSize: 16 * 1024 * 1024 } },
  })
}
