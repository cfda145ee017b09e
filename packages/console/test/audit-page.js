// Runs in the page: finds what those who see little, or nothing, or use no mouse would stumble over.
;(() => {
  /** @type {string[]} */
  const findings = []
  const all = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)]
  const isShown = (/** @type {Element} */ element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })
  const labelOf = (/** @type {Element} */ element) =>
    all('label')
      .filter((label) => /** @type {HTMLLabelElement} */ (label).control === element)
      .map(({ textContent }) => textContent)
      .join(' ')
  const nameOf = (/** @type {Element} */ element) =>
    element.getAttribute('aria-label') ||
    (element.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ')
      .trim() ||
    labelOf(element) ||
    element.textContent?.trim()

  /** @typedef {[red: number, green: number, blue: number, alpha: number]} Colour */
  const colour = (/** @type {string} */ text) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
    return /** @type {Colour} */ ([red, green, blue, text.startsWith('rgb') ? alpha : 0])
  }
  const over = (/** @type {Colour} */ [r, g, b, a], /** @type {Colour} */ [r2, g2, b2]) =>
    /** @type {Colour} */ ([r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1])
  const luminance = (/** @type {Colour} */ [red, green, blue]) => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
      const value = part / 255
      return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  /** What is behind an element: in the drawing the box that it stands in, elsewhere the backgrounds around it. */
  const behind = (/** @type {Element} */ element) => {
    /** @type {Colour[]} */
    const layers = []
    for (let at = /** @type {Element | null} */ (element); at !== null; at = at.parentElement) {
      const box = at.matches('.node, .group') ? at.querySelector(':scope > .box') : null
      if (box !== null) layers.push(colour(getComputedStyle(box).fill))
      layers.push(colour(getComputedStyle(at).backgroundColor))
    }
    const white = /** @type {Colour} */ ([255, 255, 255, 1])
    return layers.reverse().reduce((below, layer) => over(layer, below), white)
  }
  const hasText = (/** @type {Element} */ element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '')
  const texts = all('body *').filter(
    (element) => hasText(element) && isShown(element) && !element.matches('.unseen, title, noscript, option'),
  )
  for (const element of texts) {
    const style = getComputedStyle(element)
    const ground = behind(element)
    const ink = over(colour(element.closest('svg') === null ? style.color : style.fill), ground)
    const [light = 0, dark = 0] = [luminance(ink), luminance(ground)].sort((a, b) => b - a)
    const contrast = (light + 0.05) / (dark + 0.05)
    if (contrast < 4.5) findings.push(`contrast ${contrast.toFixed(2)}: ${element.textContent?.trim().slice(0, 40)}`)
  }

  for (const element of all(
    'a, button, input, select, [role="button"], [role="region"], section, table, svg:not([aria-hidden])',
  ))
    if (isShown(element) && !nameOf(element)) findings.push(`no name: ${element.outerHTML.slice(0, 80)}`)
  for (const element of all('section'))
    if (!element.hasAttribute('aria-labelledby')) findings.push(`no heading: ${element.id}`)
  for (const element of all('[tabindex]'))
    if (Number(element.getAttribute('tabindex')) > 0) findings.push(`an order of its own: ${element.id}`)
  const ids = all('[id]').map(({ id }) => id)
  for (const id of ids.filter((id, place) => ids.indexOf(id) !== place)) findings.push(`twice: #${id}`)
  for (const element of all('[aria-hidden="true"]'))
    if (element.querySelector('a, button, input, select, [tabindex="0"]')) findings.push('something to use is hidden')
  const small = all('button, input, select').filter(
    (element) => isShown(element) && element.getBoundingClientRect().height < 24,
  )
  for (const element of small) findings.push(`too small: ${nameOf(element)}`)
  const levels = all('h1, h2, h3')
    .filter(isShown)
    .map(({ tagName }) => Number(tagName.slice(1)))
  for (const [place, level] of levels.entries())
    if (level > (levels[place - 1] ?? 0) + 1)
      findings.push(`a heading of level ${level} follows one of ${levels[place - 1]}`)
  if (all('main').length !== 1 || all('h1').length !== 1) findings.push('there must be one main part with one heading')
  if (document.documentElement.lang === '' || document.title === '')
    findings.push('the page must name itself and its language')
  return { findings, texts: texts.length }
})()
