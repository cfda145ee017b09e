import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { lyingHello } from './lying-hello.js'

/**
 * Attacks a port of loopback without keys, in one way after the other.
 *
 * @returns how many connections of each kind were closed on it, when all were
 */
export async function attackAll(port: number): Promise<Readonly<Record<string, number>>> {
  return {
    silent: await attack(port, 200, () => undefined),
    halfOfAMebibyte: await attack(port, 50, (socket) => socket.write(beginningOf(1_048_576, 524_288))),
    halfOfAHello: await attack(port, 50, (socket) => socket.write(beginningOf(300, 150))),
    slow: await attack(port, 20, drip),
    flooding: await attack(port, 50, flood),
    lying: await attack(port, 50, (socket) => socket.write(lyingHello())),
  }
}

/** Opens connections, does something to each, and resolves when the other side has closed all of them. */
async function attack(port: number, connections: number, misbehave: (socket: Socket) => void): Promise<number> {
  const closes = Array.from({ length: connections }, () => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined)
    socket.on('connect', () => misbehave(socket))
    socket.resume()
    return new Promise((resolve) => socket.on('close', resolve))
  })
  await Promise.all(closes)
  return connections
}

function beginningOf(frameBytes: number, sentBytes: number): Buffer {
  const beginning = randomBytes(sentBytes)
  beginning.writeUInt32BE(frameBytes - 4, 0)
  return beginning
}

function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write(Buffer.alloc(1)), 1000)
  socket.on('close', () => clearInterval(timer))
}

function flood(socket: Socket): void {
  const noise = Buffer.alloc(65_536, 255)
  const pour = (): void => {
    while (!socket.destroyed && socket.write(noise));
    socket.once('drain', pour)
  }
  pour()
}
