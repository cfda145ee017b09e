/** Something the runner gets to in its turn. */
export interface Work {
  run(): void
}
