import { JsonText, type LinkRecord } from '@millrace/contracts'

const least = { domain: undefined, remainingMs: undefined, trace: undefined, ticket: undefined }

const ordered = { ...least, kind: 'envelope', edge: 2, domain: 'features#1/5f' } as const

/** The records of the golden vectors, by the name of the frame that carries them. */
export const goldenRecords: Readonly<Record<string, readonly LinkRecord[]>> = {
  'batch-empty': [],
  'batch-envelope': [
    {
      kind: 'envelope',
      ticket: 1,
      edge: 2,
      domain: 'features#1/5f',
      position: [300, 0, 16_384],
      origin: 'features#1.1:',
      root: 300,
      remainingMs: 29_999.5,
      trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      payload: { id: '15887', cents: 331_847, tags: ['é', '💥'] },
    },
  ],
  'batch-envelope-least': [
    { ...least, kind: 'envelope', edge: 0, position: [7], origin: 'features#1.1:', root: 7, payload: null },
  ],
  'batch-envelope-bytes': [
    {
      ...least,
      kind: 'envelope',
      ticket: Number.MAX_SAFE_INTEGER,
      edge: 128,
      position: [Number.MAX_SAFE_INTEGER],
      origin: 'features#1.1:',
      root: 8,
      payload: Uint8Array.of(0, 1, 127, 128, 255),
    },
  ],
  'batch-envelope-json': [
    {
      ...least,
      kind: 'envelope',
      edge: 9,
      position: [300, 0],
      origin: 'features#1.1:',
      root: 300,
      // Long enough to stand in its record.
      payload: new JsonText(`{"ok":1,"note":"${'long '.repeat(100)}"}`),
    },
  ],
  'batch-envelope-unread': [
    {
      ...least,
      kind: 'envelope',
      edge: 9,
      position: [301],
      origin: 'features#1.1;',
      root: 301,
      payload: new JsonText('{"ok":1,"0":2}', true),
    },
  ],
  'batch-ack': [
    {
      kind: 'ack',
      ranges: [
        [1, 1],
        [3, 130],
        [4_294_967_296, 4_294_967_296],
      ],
    },
  ],
  'batch-fail': [
    {
      kind: 'fail',
      origin: 'features#1.1:',
      root: 300,
      code: 'NODE_FAILED',
      position: [300, 2, 0],
      facts: { node: 'decide', attempts: 2, final: true, since: null, path: ['parse', 'décide'] },
    },
  ],
  'batch-cancel': [{ kind: 'cancel', origin: 'features#1.1:', root: 300, code: 'REPLY_TIMEOUT' }],
  'batch-mark': [
    { kind: 'mark', edge: 2, domain: 'features#1/5f', position: [301, 1] },
    { kind: 'mark', edge: 3, domain: 'features#1/5f', position: [] },
    { kind: 'mark', edge: 4, domain: 'features#1/5f', position: [Number.MAX_SAFE_INTEGER] },
    { kind: 'mark', edge: -1, domain: `features#1/${'0123456789abcdef'.repeat(8)}`, position: [] },
  ],
  'batch-many': [
    { kind: 'ack', ranges: [[131, 140]] },
    { ...ordered, ticket: 2, position: [301, 0], origin: 'features#1.1:', root: 301, payload: [1.5, true] },
    { ...ordered, ticket: 3, position: [301, 1], origin: 'features#1.1:', root: 301, payload: Uint8Array.of(1, 2, 3) },
    { kind: 'fail', origin: 'features#1.1:', root: 299, code: 'PAYLOAD_INVALID', position: [], facts: {} },
    { ...ordered, ticket: 4, position: [302, 0], origin: 'features#1.1:', root: 302, payload: 'two' },
    { kind: 'mark', edge: 2, domain: 'features#1/5f', position: [303] },
    { kind: 'mark', edge: 2, domain: 'features#1/60', position: [1] },
    { ...least, kind: 'envelope', ticket: 5, edge: 5, position: [17], origin: 'features#1.1:', root: 302, payload: {} },
  ],
  'batch-long': [
    {
      ...least,
      kind: 'envelope',
      edge: 1,
      position: [303],
      origin: 'features#1.1:',
      root: 303,
      payload: Uint8Array.from({ length: 769 * 32 }, (_, index) => index & 31),
    },
  ],
}
