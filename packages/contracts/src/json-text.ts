/** A payload that has been serialised already: a link sends the text as it is, and its receiver gets what the text says. */
export class JsonText {
  /** JSON. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
