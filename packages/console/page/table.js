import { html, say } from './elements.js'

/**
 * A column of a table.
 *
 * @template Row
 * @typedef {object} Column
 * @property {string} label
 * @property {'text' | 'number' | 'title'} kind
 * @property {(row: Row) => string} [text]
 * @property {(row: Row, cell: HTMLElement) => void} [draw] for a cell that holds more than a text
 */

/**
 * A table whose rows stay the same elements from frame to frame, so that focus and selection stay where they are. The roles are
 * written out because a narrow window shows each row as a block.
 *
 * @template Row
 * @param {string} caption
 * @param {readonly Column<Row>[]} columns
 * @param {(row: Row) => string} keyOf
 * @param {string} none what stands there without rows
 */
export function createTable(caption, columns, keyOf, none) {
  const body = html('tbody', { role: 'rowgroup' })
  const heads = columns.map(({ label, kind }) => html('th', { role: 'columnheader', scope: 'col', class: kind }, label))
  const table = html(
    'table',
    { role: 'table', 'aria-label': caption },
    html('thead', { role: 'rowgroup' }, html('tr', { role: 'row' }, ...heads)),
    body,
  )
  const empty = html('p', { class: 'note' }, none)
  const element = html('div', { class: 'table' }, table, empty)
  /** @type {Map<string, HTMLTableRowElement>} */
  const known = new Map()

  const rowOf = (/** @type {string} */ key) => {
    const row = known.get(key) ?? html('tr', { role: 'row', 'data-key': key }, ...columns.map(cellOf))
    known.set(key, row)
    return row
  }
  return {
    element,
    /** @param {readonly Row[]} rows */
    update(rows) {
      table.hidden = rows.length === 0
      empty.hidden = rows.length > 0
      const keys = new Set(rows.map(keyOf))
      for (const [key, row] of known) if (!keys.has(key)) known.delete(key) && row.remove()
      for (const [place, row] of rows.entries()) {
        const shown = rowOf(keyOf(row))
        if (body.children[place] !== shown) body.insertBefore(shown, body.children[place] ?? null)
        for (const [index, { text, draw }] of columns.entries()) {
          const cell = /** @type {HTMLElement} */ (shown.children[index])
          if (text !== undefined) say(cell, text(row))
          draw?.(row, cell)
        }
      }
    },
  }
}

/**
 * @template Row
 * @param {Column<Row>} column
 */
function cellOf({ label, kind }) {
  return kind === 'title'
    ? html('th', { role: 'rowheader', scope: 'row', class: kind })
    : html('td', { role: 'cell', class: kind, 'data-label': label })
}
