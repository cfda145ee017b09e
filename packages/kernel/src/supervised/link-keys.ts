import { randomBytes } from 'node:crypto'
import { type MillraceConfig, readSecret } from '@millrace/config-validator'
import type { LinkKey, Redactor, SlotId } from '@millrace/contracts'
import { type LinkPair, peersOf } from '@millrace/placement'
import { linkKey, masterKey } from '@millrace/wire'

/** The keys of one run; the secret itself stays in here. */
export interface LinkKeys {
  /** The key of a pair of slots. */
  of(one: SlotId, other: SlotId): Uint8Array
  /** The keys that the links of one slot need, and no other. */
  for(slot: SlotId): readonly LinkKey[]
}

/** Where the secret of a configuration is read from. */
export interface SecretPlace {
  /** The folder that relative paths start at. */
  readonly baseDir: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Makes the keys of a run from its secret: 32 random bytes, or the static secret that the configuration names.
 *
 * @param redactor is made to know the secret: a handler may come upon a static one, and log it
 * @throws MillraceError SEC_SECRET_INVALID
 */
export async function linkKeys(
  config: MillraceConfig,
  pairs: readonly LinkPair[],
  place: SecretPlace,
  redactor: Redactor,
): Promise<LinkKeys> {
  const auth = config.runtime.platform.execution_ipc?.auth
  const given = auth === undefined ? undefined : await readSecret(auth, place)
  const master = given === undefined ? randomBytes(32) : masterKey(given, auth?.kdf ?? 'hkdf_sha256')
  for (const secret of [given, master]) if (secret !== undefined) redactor.protect(secret)
  const of = (one: SlotId, other: SlotId): Uint8Array => linkKey(master, one, other)
  return { of, for: (slot) => peersOf(pairs, slot).map((peer) => ({ peer, key: of(slot, peer) })) }
}
