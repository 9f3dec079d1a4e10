import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { prepareLocalpart } from '../jid'
import { type Digest, preparePassword } from '../sasl'

const hi = promisify(pbkdf2)
const ITERATIONS = 4096
const SALT_BYTES = 16

/**
 * What a SCRAM server stores (RFC 5802 §3).
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

/** SASL conditions that say something of the account (RFC 6120 §6.5). */
export type AccountRefusal = 'account-disabled' | 'credentials-expired'

/** The accounts of a test server; user names are prepared as a server does it. */
export class Accounts {
  readonly #accounts = new Map<string, Account>()

  constructor(accounts: Readonly<Record<string, string>> = {}) {
    this.restore(accounts)
  }

  /** Exactly these accounts and no others. */
  restore(accounts: Readonly<Record<string, string>>): void {
    this.#accounts.clear()
    for (const [username, password] of Object.entries(accounts)) this.add(username, password)
  }

  /** Adds an account; in place of the one that has this name, if one has. */
  add(username: string, password: string): void {
    const prepared = preparePassword(password)
    if (prepared === undefined) throw new TypeError('SASLprep refuses this password')
    this.#accounts.set(nameOf(username), { password: prepared, keys: new Map() })
  }

  /** Does nothing if there is no such account. */
  remove(username: string): void {
    this.#accounts.delete(nameOf(username))
  }

  /**
   * The new password counts from the next login on, and is not expired.
   *
   * @throws {TypeError} there is no such account
   */
  changePassword(username: string, password: string): void {
    const { refusal } = this.#get(username)
    this.add(username, password)
    if (refusal === 'account-disabled') this.disable(username)
  }

  /**
   * From now on the account is answered with `account-disabled`, whatever the password.
   *
   * @throws {TypeError} there is no such account
   */
  disable(username: string): void {
    this.#refuse(username, 'account-disabled')
  }

  /**
   * From now on the account is answered with `credentials-expired`, whatever the password.
   *
   * @throws {TypeError} there is no such account
   */
  expire(username: string): void {
    this.#refuse(username, 'credentials-expired')
  }

  /**
   * As before `disable` or `expire`.
   *
   * @throws {TypeError} there is no such account
   */
  enable(username: string): void {
    const { password, keys } = this.#get(username)
    this.#accounts.set(nameOf(username), { password, keys })
  }

  /** True if there is such an account, whether anybody can log in to it or not. */
  has(username: string): boolean {
    return this.#find(username) !== undefined
  }

  /** Why nobody can log in to this account, if so. */
  refusal(username: string): AccountRefusal | undefined {
    return this.#find(username)?.refusal
  }

  /** True if there is such an account and this is its password. */
  isPassword(username: string, password: string): boolean {
    const account = this.#find(username)
    return account !== undefined && account.password === preparePassword(password)
  }

  /**
   * `undefined`: no such account.
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
  if (local === undefined) throw new TypeError('not a localpart: an account is named without its domain')
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
