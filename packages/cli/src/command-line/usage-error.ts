/** The command line cannot be understood. The message says why, what is allowed, and where more is said. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  /**
   * @param why without the reference to the help
   * @param command whose help says more; undefined for the help of `millrace` itself
   */
  constructor(why: string, command?: string) {
    const help = `millrace ${command === undefined ? '' : `${command} `}--help`
    super(why.endsWith('?') ? `${why} See ${help}` : `${why}; see ${help}`)
  }
}
