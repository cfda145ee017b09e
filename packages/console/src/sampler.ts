/** Looks at something again and again, one look at a time. */
export interface Sampler {
  /** Begins to look, at once. */
  start(): void
  stop(): void
  /** Looks out of turn. */
  soon(): void
}

/** What a sampler is made of. */
export interface SamplerParts {
  readonly look: () => Promise<void>
  readonly everyMs: number
  /** So that many reasons to look out of turn come to one look. */
  readonly soonMs: number
}

type State =
  | { readonly phase: 'idle' }
  | { readonly phase: 'waiting'; readonly timer: NodeJS.Timeout; readonly until: number }
  | { readonly phase: 'looking'; again: boolean }

/** Makes a sampler that does not look yet. */
export function createSampler({ look, everyMs, soonMs }: SamplerParts): Sampler {
  let state: State = { phase: 'idle' }
  const wait = (ms: number): void => {
    state = { phase: 'waiting', timer: setTimeout(begin, ms), until: performance.now() + ms }
  }
  const begin = (): void => {
    const looking = { phase: 'looking', again: false } satisfies State
    state = looking
    void look()
      .catch(ignore)
      .finally(() => {
        if (state === looking) wait(looking.again ? soonMs : everyMs)
      })
  }
  return {
    start() {
      if (state.phase === 'idle') begin()
    },
    stop() {
      if (state.phase === 'waiting') clearTimeout(state.timer)
      state = { phase: 'idle' }
    },
    soon() {
      if (state.phase === 'looking') state.again = true
      else if (state.phase === 'waiting' && state.until - performance.now() > soonMs) {
        clearTimeout(state.timer)
        wait(soonMs)
      }
    },
  }
}

/** Who looks says itself what went wrong; the next look may do better. */
function ignore(): void {}
