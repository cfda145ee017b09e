/**
 * What the page hears.
 *
 * @typedef {object} Hearer
 * @property {(plan: import('../src/view.js').PlanView) => void} plan
 * @property {(layouts: import('../src/view.js').Layouts) => void} layouts
 * @property {(frame: import('../src/view.js').Frame) => void} frame
 * @property {(events: readonly import('../src/view.js').EventView[]) => void} events
 * @property {(state: 'live' | 'lost' | 'refused') => void} state
 */

const againMs = 3_000

/**
 * Listens to the application for as long as the page is open. The browser comes back by itself when a stream ends; where it was
 * refused it would not, so the page does.
 *
 * @param {Hearer} hearer
 */
export function connect(hearer) {
  let last = ''
  const open = () => {
    const source = new EventSource(last === '' ? 'stream' : `stream?after=${encodeURIComponent(last)}`)
    source.addEventListener('plan', ({ data }) => {
      hearer.state('live')
      hearer.plan(JSON.parse(data))
    })
    source.addEventListener('layouts', ({ data }) => hearer.layouts(JSON.parse(data)))
    source.addEventListener('frame', ({ data }) => hearer.frame(JSON.parse(data)))
    source.addEventListener('events', ({ data, lastEventId }) => {
      last = lastEventId
      hearer.events(JSON.parse(data))
    })
    source.addEventListener('error', () => {
      const refused = source.readyState === EventSource.CLOSED
      hearer.state(refused ? 'refused' : 'lost')
      if (refused) setTimeout(open, againMs)
    })
  }
  open()
}
