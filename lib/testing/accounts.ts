import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Digest } from '../sasl'
import { EJABBERD } from './personalities/ejabberd'
import type { SaslHabits } from './personalities/habits'

const hi = promisify(pbkdf2)
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

/**
 * An account as a login sees it.
 *
 * @internal
 */
export interface AskedAccount {
  readonly refusal: AccountRefusal | undefined
  /** Returns true for the right password. */
  isPassword(password: string): boolean
  /** Derives the keys of SCRAM and keeps them. */
  scramKeys(digest: Digest): Promise<ScramKeys>
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
 * The accounts of a test server. They can change while the server runs. User names are prepared as the real server does
 * it when an account is made: `ALICE` is the account `alice`.
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
  readonly #habits: SaslHabits
  /** makes the salts of names without an account */
  readonly #secret = randomBytes(SALT_BYTES)

  /**
   * @param accounts user name, without the domain, to password
   * @param habits preparation of names and passwords
   * @throws {TypeError} a user name or a password is invalid
   */
  constructor(accounts: Readonly<Record<string, string>> = {}, habits: SaslHabits = EJABBERD.sasl) {
    this.#habits = habits
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
    const prepared = this.#habits.password(password)
    if (prepared === undefined) throw new TypeError('SASLprep refuses this password')
    this.#accounts.set(this.#nameOf(username), { password: prepared, keys: new Map() })
  }

  /**
   * Removes an account. It does nothing if the account does not exist.
   *
   * @throws {TypeError} the user name is invalid
   */
  remove(username: string): void {
    this.#accounts.delete(this.#nameOf(username))
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
   * Disables an account. Every login gets `account-disabled`, even with a wrong password, unless the server that the
   * personality stands for does it otherwise.
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
    this.#accounts.set(this.#nameOf(username), { password, keys })
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
    return account !== undefined && account.password === this.#habits.password(password)
  }

  /**
   * Returns the account that a login asks for by `username`, or `undefined` if it does not exist.
   *
   * @internal
   */
  asked(username: string): AskedAccount | undefined {
    const { names, password: prepare, iterations } = this.#habits
    const name = names.asked(username)
    const account = name === undefined ? undefined : this.#accounts.get(name)
    if (!account) return undefined
    const { password, keys, refusal } = account
    return {
      refusal,
      isPassword: typed => prepare(typed) === password,
      scramKeys: digest => {
        const derived = keys.get(digest) ?? deriveKeys(password, digest, iterations)
        keys.set(digest, derived)
        return derived
      },
    }
  }

  /**
   * Derives keys for a name without an account. Their salt is the same each time, and no password fits.
   *
   * @internal
   */
  decoyKeys(username: string, digest: Digest): Promise<ScramKeys> {
    const salt = createHmac('sha256', this.#secret).update(username).digest().subarray(0, SALT_BYTES)
    return deriveKeys(randomBytes(SALT_BYTES).toString('hex'), digest, this.#habits.iterations, salt)
  }

  #refuse(username: string, refusal: AccountRefusal): void {
    this.#accounts.set(this.#nameOf(username), { ...this.#get(username), refusal })
  }

  #get(username: string): Account {
    const account = this.#accounts.get(this.#nameOf(username))
    if (!account) throw new TypeError('no such account')
    return account
  }

  #find(username: string): Account | undefined {
    const name = this.#habits.names.stored(username)
    return name === undefined ? undefined : this.#accounts.get(name)
  }

  #nameOf(username: string): string {
    const name = this.#habits.names.stored(username)
    if (name === undefined) throw new TypeError('not a localpart: name the account without its domain')
    return name
  }
}

async function deriveKeys(
  password: string,
  digest: Digest,
  iterations: number,
  salt: Buffer = randomBytes(SALT_BYTES),
): Promise<ScramKeys> {
  const salted = await hi(password, salt, iterations, createHash(digest).digest().length, digest)
  const clientKey = createHmac(digest, salted).update('Client Key').digest()
  return {
    salt,
    iterations,
    storedKey: createHash(digest).update(clientKey).digest(),
    serverKey: createHmac(digest, salted).update('Server Key').digest(),
  }
}
