import { existsSync } from 'node:fs'
import { createKeyFile, readKeyFile } from './key-file'
import { type KeyFile, newKeyFile } from './key-set'
import { ALGORITHMS, type SigningKey } from './signing-key'

/** The provider's secrets. */
export interface Keys {
  /**
   * Private keys: the current RS256 and ES256 ones, then the next and the previous ones. oidc-provider signs with the first
   * that fits, and publishes the public parts of all of them.
   */
  readonly jwks: { readonly keys: SigningKey[] }
  /** Keys of cookies: the first one signs, all of them verify. */
  readonly cookieKeys: string[]
  /** Key of pairwise subjects. A rotation keeps it: relying parties would take the same accounts for others. */
  readonly pairwiseKey: string
  /** key of the paths of pictures */
  readonly pictureKey: string
  /** true if this process made the file */
  readonly areNew: boolean
}

/**
 * Reads the keys from a file with mode 0600, and makes it at the first start. A process keeps the keys that it read: after a
 * rotation it has to be started again.
 * @throws ConfigError, which names `OIDC_KEYS` and never quotes the file
 */
export function openKeys(path: string): Keys {
  // Keys take a second to make.
  const areNew = !existsSync(path) && createKeyFile(path, newKeyFile(new Date()))
  return keysOf(readKeyFile(path), areNew)
}

/** Makes keys that are lost at the end of this process, for the demo. */
export function memoryKeys(): Keys {
  return keysOf(newKeyFile(new Date()), true)
}

function keysOf({ current, next, previous, pairwise, picture }: KeyFile, areNew: boolean): Keys {
  const sets = [current, next, ...(previous ? [previous] : [])]
  return {
    jwks: { keys: sets.flatMap(set => ALGORITHMS.map(alg => set[alg])) },
    cookieKeys: sets.map(({ cookie }) => cookie),
    pairwiseKey: pairwise,
    pictureKey: picture,
    areNew,
  }
}
