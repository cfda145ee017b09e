import { describe, expect, it } from '@jest/globals'
import { BodyTagger } from './body-tagger.js'

/** A frame with a nonce and a body; the rest of its header is zero, and so is its signature. */
function frameOf(nonce: Uint8Array, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.alloc(20), nonce, body, Buffer.alloc(32)])
}

describe('BodyTagger', () => {
  it('is GMAC as the vectors of NIST have it: gcmEncryptExtIV256, additional data of 128 bits', () => {
    const key = Buffer.from('78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223', 'hex')
    const nonce = Buffer.from('d79cf22d504cc793c3fb6c8a', 'hex')
    const body = Buffer.from('b96baa8c1c75a671bfb2d08d06be5f36', 'hex')
    expect(new BodyTagger(key).tagOf(frameOf(nonce, body)).toString('hex')).toBe('3e5d486aa2e30b22e040b85723a06e76')
  })

  it('makes another tag of the same body in the next frame, and in another session', () => {
    const tagger = new BodyTagger(Buffer.alloc(32, 1))
    const body = Buffer.alloc(9000, 2)
    const nonces = [Buffer.alloc(12), Buffer.alloc(12).fill(1, 11), Buffer.alloc(12).fill(1, 0, 1)]
    expect(new Set(nonces.map((nonce) => tagger.tagOf(frameOf(nonce, body)).toString('hex'))).size).toBe(3)
  })
})
