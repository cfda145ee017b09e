/** A payload that JSON carries and that careless code does not. */
export interface NastyPayload {
  readonly name: string
  readonly payload: unknown
}

/**
 * Payloads that have broken serialisers before: numbers at the edge, text that is no well-formed Unicode, keys that mean
 * something to JavaScript, objects that look like something else, depth and width. Made anew at each call.
 *
 * `-0`, `NaN` and `undefined` are not among them: JSON does not carry them.
 */
export function nastyPayloads(): readonly NastyPayload[] {
  return Object.entries({ ...plainValues(), ...numbers(), ...texts(), ...keys(), ...lookAlikes(), ...sizes() }).map(
    ([name, payload]) => ({ name, payload }),
  )
}

function plainValues(): Record<string, unknown> {
  return {
    null: null,
    true: true,
    false: false,
    'empty list': [],
    'empty object': {},
    'null in a list': [null, [null]],
    'null in an object': { gone: null },
  }
}

function numbers(): Record<string, unknown> {
  return {
    zero: 0,
    'largest exact integer': Number.MAX_SAFE_INTEGER,
    'smallest exact integer': Number.MIN_SAFE_INTEGER,
    'first inexact integer': 2 ** 53,
    'largest number': Number.MAX_VALUE,
    'smallest number': Number.MIN_VALUE,
    'sum of tenths': 0.1 + 0.2,
    'number with exponent': 1e21,
    'small number with exponent': 1e-7,
    'beyond 32 bits': 2 ** 32 + 1,
  }
}

function texts(): Record<string, unknown> {
  return {
    'empty text': '',
    'control characters': '\u0000\u0001\b\t\n\v\f\r\u001b\u007f\u0085',
    'quotes and backslashes': '"\\"\'`\\u0000',
    'line separators': '\u2028\u2029',
    'byte-order mark': '\ufefftext',
    'beyond the basic plane': '💥𝄞👩‍👩‍👧‍👦',
    'composed and decomposed': ['\u00e9', 'e\u0301'],
    'right to left': '\u202eabc\u202c שלום',
    'lone high surrogate': 'a\ud83d',
    'lone low surrogate': '\udca5a',
    'surrogates in the wrong order': '\udca5\ud83d',
    'non-characters': '\uffff\ufffe\ufffd',
    'text that is JSON': '{"a":[1,"2"]}',
    'text that closes a script': '</script><!--',
  }
}

function keys(): Record<string, unknown> {
  return {
    'empty key': { '': { '': 1 } },
    // As a literal it would set the prototype; out of JSON it is a key like any other.
    'key __proto__': JSON.parse('{"__proto__":{"polluted":true},"a":1}'),
    'keys of Object.prototype': { constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: 4 },
    'keys like indices': { '10': 'a', '9': 'b', '-1': 'c', '01': 'd' },
    'keys with dots and spaces': { 'a.b': 1, ' ': 2, 'a\nb': 3, 'a/b~c': 4 },
    'keys in Unicode': { '\u00e9': 1, 'e\u0301': 2, '💥': 3, '\u2028': 4 },
    'key with a lone surrogate': { '\ud800': 1 },
  }
}

function lookAlikes(): Record<string, unknown> {
  return {
    'looks like a Buffer': { type: 'Buffer', data: [1, 2, 3] },
    'looks like a record': { kind: 'ack', ranges: [[1, 2]] },
    'looks like an error': { error: { code: 'NODE_FAILED' } },
    'looks like a promise': JSON.parse('{"then":"later"}'),
    'looks like a serialiser': { toJSON: 'text' },
    'looks like a date': '2000-01-01T00:00:00.000Z',
    'looks like bytes': { 0: 1, 1: 2, length: 2 },
  }
}

function sizes(): Record<string, unknown> {
  return {
    'deep lists': nested(500, (inner) => [inner]),
    'deep objects': nested(500, (inner) => ({ inner })),
    'long list': Array.from({ length: 10_000 }, (_, index) => index),
    'wide object': Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, index])),
    'long text': '0123456789é💥'.repeat(5000),
    'long key': { ['k'.repeat(10_000)]: 1 },
  }
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'bottom'
  for (let level = 0; level < depth; level++) value = wrap(value)
  return value
}
