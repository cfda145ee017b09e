import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { ConsoleSource, MillraceEvent, RuntimeSnapshot } from '@millrace/contracts'
import type { ConsoleSettings } from './console-settings.js'
import { createEventRing } from './event-ring.js'
import { createFlowMeter } from './flows.js'
import { layoutsOf } from './layouts.js'
import { createLiveStream, type Feed, type LiveStream } from './live-stream.js'
import { planView } from './plan-view.js'
import { createSampler } from './sampler.js'
import type { Flows, Frame, Layouts, WorkerView } from './view.js'

/** Tells pages how the application fares, and looks at it only while one of them listens. */
export interface LiveFeed {
  /**
   * Begins a stream.
   *
   * @param seen the id of the last event that the page has, as it was sent; anything else for none
   * @returns false where as many pages listen as may
   */
  attach(seen: string, response: ServerResponse): boolean
  close(): void
}

/** Makes the feed of one application. */
export function createLiveFeed(source: ConsoleSource, settings: ConsoleSettings): LiveFeed {
  const streams = new Set<LiveStream>()
  const ring = createEventRing(settings.keptEvents)
  const meter = createFlowMeter(source.plan)
  const view = planView(source.title, source.plan)
  const run = randomBytes(4).toString('hex')
  let layouts: string | undefined
  let layingOut: Promise<Layouts> | undefined
  let frame: Feed['frame']
  let flows: Flows = nothingYet
  const feed: Feed = {
    plan: JSON.stringify(view),
    get layouts() {
      return layouts
    },
    get frame() {
      return frame
    },
    eventsAfter: ring.after,
    run,
  }
  const wake = (): void => {
    for (const stream of streams) stream.wake()
  }
  const layOut = async (): Promise<void> => {
    layingOut ??= layoutsOf(view)
    layouts = JSON.stringify(await layingOut)
    wake()
  }
  const wakeSoon = createSoon(wake, settings.soonMs / 2)

  // Two, so that a process which is slow to say its metrics does not keep back that another has died.
  const metrics = createSampler({
    ...settings,
    look: async () => {
      flows = meter.measure(performance.now(), await source.metrics())
    },
  })
  const snapshots = createSampler({
    ...settings,
    look: async () => {
      const snapshot = await source.snapshot()
      if (streams.size === 0) return
      frame = { number: (frame?.number ?? 0) + 1, text: JSON.stringify(frameOf(snapshot, flows)) }
      wake()
    },
  })
  const heard = (event: MillraceEvent): void => {
    ring.add(event)
    if (streams.size === 0) return
    if (event.name.startsWith('worker.') || event.name.startsWith('runtime.')) snapshots.soon()
    wakeSoon.call()
  }
  const unsubscribe = source.subscribe(heard, 'info')
  const heartbeat = setInterval(() => {
    for (const stream of streams) stream.beat()
  }, settings.heartbeatMs)
  heartbeat.unref()

  const detach = (stream: LiveStream): void => {
    streams.delete(stream)
    if (streams.size > 0) return
    snapshots.stop()
    metrics.stop()
    meter.reset()
    flows = nothingYet
    frame = undefined
  }
  return {
    attach(seen, response) {
      if (streams.size >= settings.maxStreams) return false
      const stream = createLiveStream(response, feed, { ...settings, after: lastSeen(seen, run, ring.last) })
      streams.add(stream)
      response.on('close', () => detach(stream))
      metrics.start()
      snapshots.start()
      void layOut()
      return true
    },
    close() {
      unsubscribe()
      clearInterval(heartbeat)
      wakeSoon.cancel()
      for (const stream of streams) stream.end()
    },
  }
}

/** Many calls within a time come to one at its end. */
function createSoon(act: () => void, ms: number): { call(): void; cancel(): void } {
  let timer: NodeJS.Timeout | undefined
  return {
    call() {
      timer ??= setTimeout(() => {
        timer = undefined
        act()
      }, ms)
    },
    cancel: () => clearTimeout(timer),
  }
}

/** Ids of another run of the application mean nothing here. */
function lastSeen(seen: string, run: string, last: number): number {
  const match = /^([0-9a-f]{8})-(\d{1,15})$/.exec(seen)
  const id = Number(match?.[2])
  return match?.[1] === run && id <= last ? id : 0
}

const nothingYet: Flows = { nodes: [], hops: [], refusals: [], failures: [], outcomes: [], losses: [] }

function frameOf({ at, scenario, phase, pid, own, workers }: RuntimeSnapshot, flows: Flows): Frame {
  return {
    at,
    scenario,
    phase,
    pid,
    own: own === undefined ? null : { rss: own.rssBytes, delayMs: Math.round(own.loopDelayMs) },
    workers: workers.map(
      ({ slot, group, phase, incarnation, pid, restarts, vitals }): WorkerView => ({
        ...{ slot, group, phase, incarnation, pid: pid ?? null, restarts },
        queued: vitals?.queued ?? null,
        inFlight: vitals?.inFlight ?? null,
        redelivered: vitals?.redelivered ?? null,
        rss: vitals?.rssBytes ?? null,
        delayMs: vitals === undefined ? null : Math.round(vitals.loopDelayMs),
      }),
    ),
    flows,
  }
}
