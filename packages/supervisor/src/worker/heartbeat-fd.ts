/** The descriptor of the pipe of heartbeats in a worker: after the standard ones and the control channel. */
export const heartbeatFd = 4
