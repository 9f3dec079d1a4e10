import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

/** Client side of one SCRAM exchange, with the first message of a recorded one (RFC 5802). */
export class ScramClient {
  readonly #digest: string
  readonly #first: string

  /** @param mechanism name of the mechanism, as SCRAM-SHA-256 */
  constructor(mechanism: string, first: string) {
    this.#digest = mechanism.replace('SCRAM-SHA-', 'sha')
    this.#first = Buffer.from(first, 'base64').toString()
  }

  get username(): string {
    const [, name = ''] = /(?:^|,)n=([^,]*)/.exec(this.#first) ?? []
    return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
  }

  /** Returns the last message in base64, for a challenge in base64. */
  proof(challenge: string, password: string): string {
    const serverFirst = Buffer.from(challenge, 'base64').toString()
    const [, header = '', bare = ''] = /^([ny],[^,]*,)(.*)$/.exec(this.#first) ?? []
    const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]*),s=([^,]*),i=([0-9]+)/.exec(serverFirst) ?? []
    const withoutProof = `c=${Buffer.from(header).toString('base64')},r=${nonce}`
    const length = createHash(this.#digest).digest().length
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), length, this.#digest)
    const clientKey = createHmac(this.#digest, salted).update('Client Key').digest()
    const storedKey = createHash(this.#digest).update(clientKey).digest()
    const signed = `${bare},${serverFirst},${withoutProof}`
    const signature = createHmac(this.#digest, storedKey).update(signed).digest()
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`).toString('base64')
  }
}
