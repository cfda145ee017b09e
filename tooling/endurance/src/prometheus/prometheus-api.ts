/** A series as Prometheus has kept it. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Times in seconds, and values. */
  readonly samples: readonly (readonly [at: number, value: number])[]
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
    }[]
  }
}

/**
 * Asks a Prometheus server.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export class PrometheusApi {
  readonly #url: string

  /** @param url without a path */
  constructor(url: string) {
    this.#url = url
  }

  /** What an expression yields now: series with one sample each, or with all of a range. @throws Error when it is refused */
  async query(expression: string): Promise<readonly Series[]> {
    const body = new URLSearchParams({ query: expression })
    const response = await fetch(`${this.#url}/api/v1/query`, { method: 'POST', body })
    const { status, error, data } = (await response.json()) as Answer // as its documentation says
    if (status !== 'success') throw new Error(`${expression}: ${error}`)
    return data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
      labels: metric,
      samples: values.map(([at, text]) => [at, Number(text)] as const),
    }))
  }

  /** The one number that an expression yields; 0 where it yields nothing. */
  async number(expression: string): Promise<number> {
    const [series] = await this.query(expression)
    return series?.samples[0]?.[1] ?? 0
  }

  /** Numbers by one label. */
  async numbersBy(label: string, expression: string): Promise<Readonly<Record<string, number>>> {
    const found = await this.query(expression)
    return Object.fromEntries(found.map(({ labels, samples }) => [labels[label] ?? '', samples[0]?.[1] ?? Number.NaN]))
  }
}
