/**
 * One page that listens, over server-sent events.
 *
 * L1  What is sent is taken from the feed when it is written, so a page that reads slowly gets the newest frame and no frame
 *     twice, and nothing waits for it here but what the socket has been given.
 * L2  A page that has not read what it was given within a time is cut off; it comes back by itself, if it lives.
 * L3  It ends after a time, and the page comes back with a session that is still good, or not at all.
 * L4  Events carry ids; a page that comes back is sent those after the last one it has.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http'
import { securityHeaders } from './answers.js'
import type { EventView } from './view.js'

/** What pages are told of, as text that is made once for all of them. */
export interface Feed {
  readonly plan: string
  /** Undefined until it has been worked out. */
  readonly layouts: string | undefined
  /** The newest; undefined before the first. */
  readonly frame: { readonly number: number; readonly text: string } | undefined
  readonly eventsAfter: (id: number) => readonly EventView[]
  /** Stands before the id of each event: those of another run mean nothing here. */
  readonly run: string
}

/** One page that listens. */
export interface LiveStream {
  /** There is something new. */
  wake(): void
  beat(): void
  end(): void
}

/** What bounds a stream. */
interface StreamSettings {
  /** The id of the last event that the page has; 0 for none. */
  readonly after: number
  readonly stallMs: number
  readonly streamMs: number
}

/** Begins a stream. */
export function createLiveStream(
  response: ServerResponse,
  feed: Feed,
  { after, stallMs, streamMs }: StreamSettings,
): LiveStream {
  let stall: NodeJS.Timeout | undefined
  let hasPlan = false
  let hasLayouts = false
  let frame = 0
  let event = after

  const news = (): string => {
    let text = ''
    if (!hasPlan) text += message('plan', feed.plan)
    hasPlan = true
    if (!hasLayouts && feed.layouts !== undefined) {
      text += message('layouts', feed.layouts)
      hasLayouts = true
    }
    if (feed.frame !== undefined && feed.frame.number > frame) {
      text += message('frame', feed.frame.text)
      frame = feed.frame.number
    }
    const events = feed.eventsAfter(event)
    const last = events.at(-1)
    if (last !== undefined) {
      text += message('events', JSON.stringify(events), `${feed.run}-${last.id}`)
      event = last.id
    }
    return text
  }
  const write = (text: string): void => {
    if (text === '' || response.writableEnded || response.destroyed || response.write(text)) return
    stall = setTimeout(() => response.destroy(), stallMs)
  }
  const wake = (): void => {
    if (stall === undefined) write(news())
  }

  response.on('drain', () => {
    clearTimeout(stall)
    stall = undefined
    wake()
  })
  response.on('error', ignore)
  const last = setTimeout(() => response.end(), streamMs)
  response.on('close', () => {
    clearTimeout(stall)
    clearTimeout(last)
  })
  response.writeHead(200, { ...securityHeaders('other'), 'content-type': 'text/event-stream; charset=utf-8' })
  write('retry: 1000\n\n')
  wake()
  return {
    wake,
    beat: () => {
      if (stall === undefined) write(': \n\n')
    },
    end: () => response.end(),
  }
}

/** What could not be written any more is not missed. */
function ignore(): void {}

function message(event: string, data: string, id?: string): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`
}
