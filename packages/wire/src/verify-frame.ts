import { lengthBytes, macBytes, readU32, smallestFrameBytes, versionOf, wireVersion } from './frame-layout.js'
import type { FrameSigner } from './frame-signer.js'
import { malformed, signatureInvalid } from './refusals.js'

/**
 * Checks what can be checked of a frame before anybody has signed for it.
 *
 * @throws MillraceError SEC_FRAME_MALFORMED when its length is not what it declares, or its version is not ours
 */
export function checkShape(frame: Buffer): void {
  if (frame.length < smallestFrameBytes) throw malformed('it is too short for header and signature')
  if (readU32(frame, 0) !== frame.length - lengthBytes) throw malformed('its length is not what it declares')
  const version = versionOf(frame)
  if (version !== wireVersion) throw malformed(`it is of version ${version}, and this is ${wireVersion}`)
}

/** @throws MillraceError SEC_SIGNATURE_INVALID */
export function checkSignature(frame: Buffer, signer: FrameSigner): void {
  if (!signer.verifies(frame)) throw signatureInvalid()
}

/** Where the body of a frame ends. */
export function bodyEnd(frame: Buffer): number {
  return frame.length - macBytes
}
