import { html } from './elements.js'
import { timeWithMs } from './numbers.js'

/** @typedef {import('../src/view.js').EventView} EventView */

const kept = 500
const ranks = { debug: 0, info: 1, warn: 2, error: 3 }

/**
 * The list of the last events, the newest first.
 *
 * @param {{ list: HTMLElement, none: HTMLElement, level: HTMLElement }} places
 * @param {{ follow: (trace: string) => void, says: (name: string) => string }} parts
 */
export function createEvents({ list, none, level }, { follow, says }) {
  const choice = /** @type {HTMLSelectElement} */ (level)
  /** @type {EventView[]} */
  let events = []
  /** @type {WeakMap<Element, EventView>} */
  const shown = new WeakMap()
  const wanted = (/** @type {EventView} */ event) =>
    ranks[event.level] >= ranks[/** @type {EventView['level']} */ (choice.value)]
  const row = (/** @type {EventView} */ event) => {
    const element = rowOf(event, says(event.name), follow)
    shown.set(element, event)
    return element
  }
  const count = () => {
    none.hidden = list.childElementCount > 0
    none.textContent = events.length === 0 ? 'No event yet.' : 'No event of this level.'
  }
  list.tabIndex = 0 // it scrolls, and not every browser lets the keyboard do that by itself
  choice.addEventListener('change', () => {
    list.replaceChildren(...events.filter(wanted).reverse().map(row))
    count()
  })
  return {
    /** @param {readonly EventView[]} news */
    add(news) {
      const atTop = list.scrollTop < 4
      events = [...events, ...news].slice(-kept)
      const oldest = events[0]?.id ?? 0
      list.prepend(...news.filter(wanted).reverse().map(row))
      for (
        let last = list.lastElementChild;
        last !== null && (shown.get(last)?.id ?? 0) < oldest;
        last = list.lastElementChild
      )
        last.remove()
      if (atTop) list.scrollTop = 0
      count()
    },
  }
}

/**
 * @param {EventView} event
 * @param {string} says
 * @param {(trace: string) => void} follow
 */
function rowOf({ at, level, name, facts }, says, follow) {
  const { trace, ...others } = facts
  const text = Object.entries(others)
    .map(([fact, value]) => `${fact} ${value}`)
    .join(' · ')
  const element = html(
    'li',
    { 'data-level': level },
    html('time', { datetime: new Date(at).toISOString() }, timeWithMs(at)),
    html('span', { class: 'level' }, level),
    html('span', { class: 'event', title: says }, name),
    html('span', { class: 'facts' }, text),
  )
  if (typeof trace !== 'string' || !/^[0-9a-f]{32}$/.test(trace)) return element
  const button = html(
    'button',
    { type: 'button', 'aria-label': `Follow trace ${trace}` },
    `follow ${trace.slice(0, 8)}`,
  )
  element.append(button)
  element.classList.add('traced')
  element.addEventListener('click', () => {
    if (getSelection()?.isCollapsed !== false) follow(trace)
  })
  return element
}
