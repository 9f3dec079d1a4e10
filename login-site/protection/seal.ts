import { defaults, seal, unseal } from '@hapi/iron'

/** Seals data that the browser keeps: it can neither read nor change it. */
export interface Seal {
  /** @param lifetimeMs time until the seal is void */
  close(data: unknown, lifetimeMs: number): Promise<string>
  /** Returns `undefined` for anything but a seal of this app that is still in force. */
  open(sealed: unknown): Promise<unknown>
}

/** @param key at least 32 characters, for this kind of data alone */
export function createSeal(key: string): Seal {
  return {
    close: (data, ttl) => seal(data, key, { ...defaults, ttl }),
    async open(sealed) {
      if (typeof sealed !== 'string' || sealed === '') return undefined
      // The processes of the app have the same clock, as far as a seal needs it.
      return unseal(sealed, key, { ...defaults, timestampSkewSec: 0 }).catch(() => undefined)
    },
  }
}
