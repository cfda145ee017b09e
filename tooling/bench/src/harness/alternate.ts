/** How often everything is measured. */
export interface Alternation {
  readonly rounds: number
  /** Rounds before the first that counts; they fill caches. @default 1 */
  readonly warmUps?: number
  /** Hears each measurement; warm-up rounds have the number 0. */
  readonly heard?: (side: string, round: number) => void
}

/** One measurement of each side, made one after the other. */
export type Round<Sides> = { readonly [Side in keyof Sides]: Sides[Side] extends () => Promise<infer M> ? M : never }

/** Measures the sides in turn, A, B, A, B, …, so that each round compares what ran at about the same time. */
export async function alternate<Sides extends Readonly<Record<string, () => Promise<unknown>>>>(
  sides: Sides,
  { rounds, warmUps = 1, heard }: Alternation,
): Promise<readonly Round<Sides>[]> {
  const measured: Round<Sides>[] = []
  for (let round = 1 - warmUps; round <= rounds; round++) {
    const one: Record<string, unknown> = {}
    for (const [side, measure] of Object.entries(sides)) {
      one[side] = await measure()
      heard?.(side, Math.max(0, round))
    }
    if (round > 0) measured.push(one as Round<Sides>) // every side has been measured
  }
  return measured
}
