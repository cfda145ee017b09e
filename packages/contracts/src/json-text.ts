/** A payload that has been serialised already: a link sends the text as it is. */
export class JsonText {
  /** JSON. */
  readonly text: string
  /** Whether its receiver only passes it on, and so gets a `JsonText` that nobody has read. Any other receiver gets what the text says. */
  readonly unread: boolean

  constructor(text: string, unread = false) {
    this.text = text
    this.unread = unread
  }
}
