import { describe, expect, it } from '@jest/globals'
import { createRuntime, defineNode, defineSink, defineSource, type Part, type Runtime } from '@millrace/kernel'
import { runUntilDone } from '../src/index.js'
import { fakeIo } from './call-main.js'
import { Order, Priced } from './fixtures/messages.js'
import { price } from './fixtures/price.js'
import { quote } from './fixtures/quote.js'
import { steady } from './start-millrace.js'

const adapters = { orders: {}, lines: {} }

function orders(last: Promise<unknown> = Promise.resolve()): Part {
  return defineSource({
    name: 'orders',
    emits: [Order],
    async *read({ progress, log }) {
      yield Order.of({ n: 1 })
      progress({ done: 1, total: 2, unit: 'orders' })
      log.warn('half of it')
      await last
      yield Order.of({ n: 2 })
    },
  })
}

function lines(written: number[] = []): Part {
  return defineSink({ name: 'lines', consumes: Priced, open: () => ({ write: ({ n }) => void written.push(n) }) })
}

function runtimeOf(
  nodes: readonly Part[],
  overlay: Readonly<Record<string, unknown>> = { adapters },
): Promise<Runtime> {
  return createRuntime({ nodes, overlay })
}

/** Resolves when the runtime takes work. */
function running(runtime: Runtime): Promise<void> {
  return new Promise((resolve) => {
    runtime.subscribe(({ name }) => name === 'runtime.running' && resolve())
  })
}

describe('runUntilDone', () => {
  it('returns the result of a run that comes to its end', async () => {
    const written: number[] = []
    const end = await runUntilDone(await runtimeOf([orders(), price, lines(written)]), fakeIo())
    expect(end).toMatchObject({ outcome: 'done', exitCode: 0, result: { roots: { orders: 2 } } })
    expect(written).toEqual([1, 2])
  })

  it('returns the error of a run that fails', async () => {
    const broken = defineNode({
      name: 'price',
      consumes: Order,
      emits: [Priced],
      handle: () => {
        throw new Error('no')
      },
    })
    const end = await runUntilDone(await runtimeOf([orders(), broken, lines()]), fakeIo())
    expect(end).toMatchObject({
      outcome: 'failed',
      exitCode: 1,
      error: { code: 'NODE_FAILED', facts: { node: 'price' } },
    })
  })

  it('shows a bar where there is a terminal, and takes it away before anything else is said', async () => {
    const io = fakeIo({}, true)
    await runUntilDone(await runtimeOf([orders(), price, lines()]), io, { clock: () => 0 })
    const clear = '\r\u001b[2K'
    expect(steady(io.written().stderr)).toBe(
      `${clear}orders [############............]  50 %, 1 of 2 orders${clear}TIME warn  orders: half of it\n`,
    )
  })

  it('shows no bar where there is no terminal', async () => {
    const io = fakeIo()
    await runUntilDone(await runtimeOf([orders(), price, lines()]), io, { logLevel: 'error' })
    expect(io.written().stderr).toBe('')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('PROC-SIG-01 drains a batch on %s', async (signal, exitCode) => {
    const io = fakeIo()
    const written: number[] = []
    const runtime = await runtimeOf([orders(new Promise(() => undefined)), price, lines(written)])
    const ready = running(runtime)
    const end = runUntilDone(runtime, io)
    await ready
    io.emit(signal)
    expect(await end).toMatchObject({ outcome: 'stopped', exitCode, signal, mode: 'graceful' })
    expect(io.exits).toEqual([])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('PROC-SIG-01 drains a service on %s', async (signal, exitCode) => {
    const io = fakeIo()
    const runtime = await runtimeOf([quote], {})
    const ready = running(runtime)
    const end = runUntilDone(runtime, io)
    await ready
    io.emit(signal)
    expect(await end).toMatchObject({ outcome: 'stopped', exitCode, signal, mode: 'graceful' })
  })

  it('PROC-SIG-01 gives up what is in flight on a second signal, closes the sinks, and ends the process only where that hangs', async () => {
    const io = fakeIo()
    const closed: string[] = []
    const sink = defineSink({
      name: 'lines',
      consumes: Priced,
      open: () => ({ write: () => new Promise<void>(() => undefined), close: () => void closed.push('lines') }),
    })
    const runtime = await runtimeOf([orders(), price, sink])
    const ready = running(runtime)
    const end = runUntilDone(runtime, io)
    await ready
    io.emit('SIGTERM')
    io.emit('SIGINT')
    expect(await end).toMatchObject({ outcome: 'stopped', exitCode: 5, signal: 'SIGTERM', mode: 'forced' })
    expect([closed, io.exits]).toEqual([['lines'], []])
  })

  it('PROC-SIG-01 ends the process at once on a third signal', async () => {
    const io = fakeIo()
    const sink = defineSink({
      name: 'lines',
      consumes: Priced,
      open: () => ({
        write: () => new Promise<void>(() => undefined),
        close: () => new Promise<void>(() => undefined),
      }),
    })
    const runtime = await runtimeOf([orders(), price, sink])
    const ready = running(runtime)
    void runUntilDone(runtime, io)
    await ready
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGINT']) io.emit(signal)
    expect(io.exits).toEqual([5])
  })

  it('ends with a service that the program itself stops', async () => {
    const runtime = await runtimeOf([quote], {})
    const ready = running(runtime)
    const end = runUntilDone(runtime, fakeIo())
    await ready
    await runtime.stop()
    expect(await end).toMatchObject({ outcome: 'done', exitCode: 0, result: { roots: {}, reports: {} } })
  })

  it('tells a start that failed, although a signal came meanwhile', async () => {
    const io = fakeIo()
    let fail: (error: Error) => void = () => undefined
    const sink = defineSink({
      name: 'lines',
      consumes: Priced,
      open: () =>
        new Promise<never>((_, reject) => {
          fail = reject
        }),
    })
    const end = runUntilDone(await runtimeOf([orders(), price, sink]), io)
    await new Promise((resolve) => setImmediate(resolve))
    io.emit('SIGINT')
    fail(new Error('no such device'))
    expect(await end).toMatchObject({ outcome: 'failed', exitCode: 3, error: { code: 'BOOT_START_FAILED' } })
  })

  it('gives signals back to the process at its end', async () => {
    const io = fakeIo()
    await runUntilDone(await runtimeOf([orders(), price, lines()]), io)
    expect(['SIGINT', 'SIGTERM', 'beforeExit', 'exit'].map((name) => io.emit(name))).toEqual(Array(4).fill(false))
  })
})
