/** Registers a tracer of OpenTracing that tells of every span on standard error. */
import { initGlobalTracer, Span, type SpanOptions, Tracer } from 'opentracing'

class TellingSpan extends Span {
  readonly #name: string
  readonly #tags: Record<string, unknown>

  constructor(name: string, tags: object = {}) {
    super()
    this.#name = name
    this.#tags = { ...tags }
  }

  protected override _addTags(tags: object): void {
    Object.assign(this.#tags, tags)
  }

  protected override _finish(): void {
    process.stderr.write(`opentracing ${JSON.stringify([this.#name, this.#tags])}\n`)
  }
}

class TellingTracer extends Tracer {
  protected override _startSpan(name: string, { tags }: SpanOptions): Span {
    return new TellingSpan(name, tags)
  }
}

initGlobalTracer(new TellingTracer())
