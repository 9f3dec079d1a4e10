import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import { faultOf, type KeyFile } from './key-set'
import { SecretFile } from './secret-file'

const MAX_BYTES = 256 * 1024

/** Reads the keys. Throws a {@link ConfigError}, which never quotes the file. */
export function readKeyFile(path: string): KeyFile {
  const value = parsed(fileAt(path).read())
  const fault = faultOf(value)
  if (fault !== undefined) {
    throw new ConfigError(
      `OIDC_KEYS: ${path} ${fault}. Restore the file from a backup, or move it away: the provider makes another one, all visitors sign in again, and the subjects of pairwise clients change`,
    )
  }
  return value as KeyFile
}

/** Makes the file. Returns false when the file was there. */
export function createKeyFile(path: string, content: KeyFile): boolean {
  return fileAt(path).create(textOf(content))
}

/** Puts other keys into the file. */
export function replaceKeyFile(path: string, content: KeyFile): void {
  fileAt(path).replace(textOf(content))
}

function fileAt(path: string): SecretFile {
  const ifRead = 'node identity-provider/dist/keys/rotate.js --leaked'
  return new SecretFile({ variable: 'OIDC_KEYS', path, kind: 'a file of keys', maxBytes: MAX_BYTES, ifRead })
}

const textOf = (content: KeyFile) => `${JSON.stringify(content, null, 2)}\n`

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The reason quotes the text.
    return undefined
  }
}
