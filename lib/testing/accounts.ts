import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { prepareLocalpart } from '../jid'
import { type Digest, preparePassword } from '../sasl'

const hi = promisify(pbkdf2)
const ITERATIONS = 4096
const SALT_BYTES = 16

/**
 * The data that a server stores for SCRAM (RFC 5802 §3).
 *
 * @internal
 */
export interface ScramKeys {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** One account of the server. */
interface Account {
  readonly password: string
  readonly keys: Map<Digest, Promise<ScramKeys>>
  readonly refusal?: AccountRefusal
}

/**
 * A SASL condition that refuses a login because of the state of the account (RFC 6120 §6.5).
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { type AccountRefusal, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * xmpp.accounts.expire('alice')
 * const refusal: AccountRefusal | undefined = xmpp.accounts.refusal('alice')
 *
 * assert.equal(refusal, 'credentials-expired')
 * await xmpp.close()
 * ```
 */
export type AccountRefusal = 'account-disabled' | 'credentials-expired'

/**
 * The accounts of a test server. They can change while the server runs. User names are prepared as real servers prepare
 * them: `ALICE` is the account `alice`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * xmpp.accounts.add('bob', 'secret')
 * xmpp.accounts.changePassword('alice', 'better')
 * xmpp.accounts.disable('alice')
 *
 * assert.ok(xmpp.accounts.has('bob'))
 * assert.equal(xmpp.accounts.refusal('alice'), 'account-disabled')
 * await xmpp.close()
 * ```
 */
export class Accounts {
  readonly #accounts = new Map<string, Account>()

  /**
   * @param accounts user name, without the domain, to password
   * @throws {TypeError} a user name or a password is invalid
   */
  constructor(accounts: Readonly<Record<string, string>> = {}) {
    this.restore(accounts)
  }

  /**
   * Replaces all accounts by the given ones.
   *
   * @throws {TypeError} a user name or a password is invalid
   */
  restore(accounts: Readonly<Record<string, string>>): void {
    this.#accounts.clear()
    for (const [username, password] of Object.entries(accounts)) this.add(username, password)
  }

  /**
   * Adds an account. It replaces an account of the same name.
   *
   * @throws {TypeError} the user name or the password is invalid
   */
  add(username: string, password: string): void {
    const prepared = preparePassword(password)
    if (prepared === undefined) throw new TypeError('SASLprep refuses this password')
    this.#accounts.set(nameOf(username), { password: prepared, keys: new Map() })
  }

  /**
   * Removes an account. It does nothing if the account does not exist.
   *
   * @throws {TypeError} the user name is invalid
   */
  remove(username: string): void {
    this.#accounts.delete(nameOf(username))
  }

  /**
   * Changes the password from the next login on. The new password has not expired, but a disabled account stays disabled.
   *
   * @throws {TypeError} the account does not exist, or the user name or the password is invalid
   */
  changePassword(username: string, password: string): void {
    const { refusal } = this.#get(username)
    this.add(username, password)
    if (refusal === 'account-disabled') this.disable(username)
  }

  /**
   * Disables an account: every login gets `account-disabled`, even with a wrong password.
   *
   * @throws {TypeError} the account does not exist, or the user name is invalid
   */
  disable(username: string): void {
    this.#refuse(username, 'account-disabled')
  }

  /**
   * Lets the password expire: every login gets `credentials-expired`, even with a wrong password.
   *
   * @throws {TypeError} the account does not exist, or the user name is invalid
   */
  expire(username: string): void {
    this.#refuse(username, 'credentials-expired')
  }

  /**
   * Enables an account again after `disable` or `expire`.
   *
   * @throws {TypeError} the account does not exist, or the user name is invalid
   */
  enable(username: string): void {
    const { password, keys } = this.#get(username)
    this.#accounts.set(nameOf(username), { password, keys })
  }

  /** Returns true if the account exists, even if it is disabled or expired. */
  has(username: string): boolean {
    return this.#find(username) !== undefined
  }

  /** Returns the condition that refuses every login to this account, or `undefined` without one. */
  refusal(username: string): AccountRefusal | undefined {
    return this.#find(username)?.refusal
  }

  /** Returns true if the account exists and has this password. */
  isPassword(username: string, password: string): boolean {
    const account = this.#find(username)
    return account !== undefined && account.password === preparePassword(password)
  }

  /**
   * Derives the keys of an account and keeps them. It returns `undefined` if the account does not exist.
   *
   * @internal
   */
  scramKeys(username: string, digest: Digest): Promise<ScramKeys> | undefined {
    const account = this.#find(username)
    if (!account) return undefined
    const keys = account.keys.get(digest) ?? deriveKeys(account.password, digest)
    account.keys.set(digest, keys)
    return keys
  }

  #refuse(username: string, refusal: AccountRefusal): void {
    this.#accounts.set(nameOf(username), { ...this.#get(username), refusal })
  }

  #get(username: string): Account {
    const account = this.#accounts.get(nameOf(username))
    if (!account) throw new TypeError('no such account')
    return account
  }

  #find(username: string): Account | undefined {
    const local = prepareLocalpart(username)
    return local === undefined ? undefined : this.#accounts.get(local)
  }
}

function nameOf(username: string): string {
  const local = prepareLocalpart(username)
  if (local === undefined) throw new TypeError('not a localpart: name the account without its domain')
  return local
}

async function deriveKeys(password: string, digest: Digest): Promise<ScramKeys> {
  const salt = randomBytes(SALT_BYTES)
  const salted = await hi(password, salt, ITERATIONS, createHash(digest).digest().length, digest)
  const clientKey = createHmac(digest, salted).update('Client Key').digest()
  return {
    salt,
    iterations: ITERATIONS,
    storedKey: createHash(digest).update(clientKey).digest(),
    serverKey: createHmac(digest, salted).update('Server Key').digest(),
  }
}
