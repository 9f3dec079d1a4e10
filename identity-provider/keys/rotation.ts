import { closeSync, openSync, unlinkSync } from 'node:fs'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import { LONGEST_SESSION_MS } from 'passport-xmpp-bosh-login-site/stores/lifetimes'
import { readKeyFile, replaceKeyFile } from './key-file'
import { replaced, rotated } from './key-set'
import { codeOf } from './secret-file'

/** `usual`: not before the last keys have served their time; `early`: now; `leaked`: now, and without the old keys. */
export type Rotation = 'usual' | 'early' | 'leaked'

/** Rotates the keys of a file. @throws ConfigError */
export function rotateKeys(path: string, rotation: Rotation, now: Date): void {
  const lock = lockOf(path)
  try {
    const file = readKeyFile(path)
    if (rotation === 'usual') checkAge(file.since, now)
    replaceKeyFile(path, rotation === 'leaked' ? replaced(file, now) : rotated(file, now))
  } finally {
    unlinkSync(lock)
  }
}

/**
 * The keys before the current ones are dropped. Visitors that stay signed in still present their ID token at sign-out, as
 * `id_token_hint`, as long as the session lasts.
 */
function checkAge(since: string, now: Date): void {
  const earliest = new Date(Date.parse(since) + LONGEST_SESSION_MS)
  if (now >= earliest) return
  throw new ConfigError(
    `OIDC_KEYS: the current keys sign since ${since}. A rotation before ${earliest.toISOString()} drops keys whose ID tokens are in use: use --early to rotate all the same, or --leaked if others know the keys`,
  )
}

/** Makes a file that keeps another rotation away. Returns its path. */
function lockOf(path: string): string {
  const lock = `${path}.lock`
  try {
    closeSync(openSync(lock, 'wx', 0o600))
    return lock
  } catch (reason) {
    if (codeOf(reason) !== 'EEXIST') throw new ConfigError(`OIDC_KEYS: ${lock} cannot be made (${codeOf(reason)})`)
    throw new ConfigError(`OIDC_KEYS: another rotation is at work. If none is, remove ${lock}, which one left behind`)
  }
}
