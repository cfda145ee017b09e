import type { Output } from '../io.js'

/** Where a table that changes is shown. */
export interface Screen {
  show(text: string): void
  /** Gives the terminal back as it was. */
  close(): void
}

const [enter, leave, home] = ['\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l', '\u001b[H\u001b[J']

/** A terminal shows each text in the place of the last one; anything else gets one after the other. */
export function createScreen(output: Output): Screen {
  if (output.isTTY !== true) return { show: (text) => void output.write(`${text}\n`), close: () => undefined }
  output.write(enter)
  return {
    show: (text) => void output.write(`${home}${text}`),
    close: () => void output.write(leave),
  }
}
