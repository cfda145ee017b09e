import { describe, expect, it } from '@jest/globals'
import { JsonText, type LinkRecord } from '@millrace/contracts'
import { goldenRecords } from './golden-records.js'
import { goldenInputs, goldenLinkKey, goldenSession, goldenVectors } from './golden-vectors.js'
import { bytesOf, documentedVectors } from './protocol-document.js'

const documented = documentedVectors()
const vectors = goldenVectors()

describe('the golden vectors of docs/protocol.md', () => {
  it('are all there, and nothing else', () => {
    expect([...documented.keys()].sort()).toEqual([...vectors.keys()].sort())
  })

  it.each([...vectors])('SEC-IPC-13 %s is made byte for byte', (name, text) => {
    expect(documented.get(name)).toBe(text)
  })

  it.each(Object.entries(goldenRecords))('SEC-IPC-13 %s is read as its records', (name, records) => {
    expect(openedOf(name)).toEqual(records.map(asReceived))
  })

  it('SEC-IPC-13 the farewells and the empty batch of the acceptor are read', () => {
    const { dialling, accepting } = goldenSession(goldenLinkKey())
    expect(batchNames.map((name) => accepting.opener.open(frameOf(name), goldenInputs.startMs, ignore))).toEqual(
      batchNames.map(() => 'batch'),
    )
    expect(accepting.opener.open(frameOf('bye'), goldenInputs.startMs, ignore)).toBe('bye')
    expect(dialling.opener.open(frameOf('answer-batch-empty'), goldenInputs.startMs, ignore)).toBe('batch')
    expect(dialling.opener.open(frameOf('answer-bye'), goldenInputs.startMs, ignore)).toBe('bye')
  })
})

const batchNames = Object.keys(goldenRecords)

/** Opens the frames of the document up to one, as a worker that reads them from a socket does. */
function openedOf(name: string): readonly LinkRecord[] {
  const { accepting } = goldenSession(goldenLinkKey())
  let records: LinkRecord[] = []
  for (const each of batchNames.slice(0, batchNames.indexOf(name) + 1)) {
    records = []
    accepting.opener.open(frameOf(each), goldenInputs.startMs, (record) => records.push(record))
  }
  return records
}

function frameOf(name: string): Buffer {
  return bytesOf(documented.get(name) ?? '')
}

/** A receiver gets the value of a payload that was serialised already. */
function asReceived(record: LinkRecord): LinkRecord {
  if (record.kind !== 'envelope' || !(record.payload instanceof JsonText) || record.payload.unread) return record
  return { ...record, payload: JSON.parse(record.payload.text) }
}

function ignore(): void {}
