import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'

/** bytes */
export const MAX_BYTES = 1024 * 1024
const WRITABLE = 0o022
const READABLE_BY_ALL = 0o004

export interface ReadFile {
  readonly text: string
  /** Other accounts than the owner can change the file. */
  readonly isWritable: boolean
  /** All accounts of the machine can read the file. */
  readonly isOpen: boolean
}

/** Reads a file of the configuration. Throws an Error of the file system or a ConfigError: see {@link reasonOf}. */
export function readBounded(path: string): ReadFile {
  const file = openSync(path, 'r')
  try {
    const { mode, size } = fstatSync(file)
    if (size > MAX_BYTES) throw new ConfigError('it is too large')
    return {
      text: readFileSync(file, 'utf8'),
      isWritable: (mode & WRITABLE) !== 0,
      isOpen: (mode & READABLE_BY_ALL) !== 0,
    }
  } finally {
    closeSync(file)
  }
}

/** Returns the reason why a file cannot be read, without its content. */
export function reasonOf(reason: unknown): string {
  if (reason instanceof ConfigError) return reason.message
  return (reason as NodeJS.ErrnoException).code ?? 'unreadable'
}

/** Parses JSON. The error names the line alone: that of JSON.parse quotes the text, which may be a secret. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (reason) {
    const at = /position (\d{1,9})/.exec(reason instanceof Error ? reason.message : '')?.[1]
    const line = at === undefined ? '' : ` (line ${text.slice(0, Number(at)).split('\n').length})`
    throw new ConfigError(`it is not valid JSON${line}`)
  }
}
