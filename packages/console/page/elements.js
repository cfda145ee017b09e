// Elements are made and never parsed from text: what an application calls its things cannot become markup.

const svgNames = 'http://www.w3.org/2000/svg'

/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

/**
 * Makes an HTML element.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes] those that are null, undefined or false are left out
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function html(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  setAll(element, attributes)
  element.append(...children)
  return element
}

/**
 * Makes an SVG element.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(svgNames, name)
  setAll(element, attributes)
  element.append(...children)
  return element
}

/**
 * @param {Element} element
 * @param {Attributes} attributes
 */
export function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) set(element, name, value)
}

/**
 * Sets an attribute, if it is another one: most things do not change from frame to frame.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function set(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name)
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? '' : String(value))
}

/**
 * @param {Node} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * An element of the page as it was written.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no #${id}`)
  return element
}
