/** Who is restarted together with a worker that died: nobody, those started after it, or everybody. */
export const restartStrategies = ['one_for_one', 'rest_for_one', 'one_for_all'] as const

/** One of {@link restartStrategies}. */
export type RestartStrategy = (typeof restartStrategies)[number]

/**
 * Everybody who is restarted, in the order of their start.
 *
 * @param all in the order of their start
 * @param failed whose worker died
 */
export function restartedWith<Slot>(strategy: RestartStrategy, all: readonly Slot[], failed: Slot): readonly Slot[] {
  switch (strategy) {
    case 'one_for_one':
      return [failed]
    case 'rest_for_one':
      return all.slice(all.indexOf(failed))
    case 'one_for_all':
      return all
  }
}
