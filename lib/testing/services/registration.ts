import { createHash, randomInt, randomUUID } from 'node:crypto'
import { prepareLocalpart } from '../../jid'
import { preparePassword } from '../../sasl'
import { BITS_OF_BINARY, CLIENT, DATA_FORM, MEDIA_ELEMENT, REGISTER } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Accounts } from '../accounts'
import { stanzaError } from '../protocol/reply'
import { digitsPng } from './captcha-picture'

/**
 * Policy of a test server for sign-up: `closed` refuses it, `open` lets every client create an account, `captcha`
 * demands the digits of a picture.
 *
 * @example
 * ```ts
 * import { type RegistrationMode, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const registration: RegistrationMode = 'captcha'
 * const xmpp = await startBoshServer({ domain: 'localhost', registration })
 * await xmpp.close()
 * ```
 */
export type RegistrationMode = 'closed' | 'open' | 'captcha'

/**
 * A captcha that the server has handed out and that is not answered yet.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { Registration } from 'passport-xmpp-bosh'
 * import { type CaptchaView, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', registration: 'captcha' })
 * const registration = new Registration({ service: xmpp.url, domain: 'localhost' })
 * const { state } = await registration.form()
 * const captcha: CaptchaView | undefined = xmpp.captchas.at(-1)
 * await registration.submit(state, { username: 'carol', password: 'secret', ocr: captcha?.text ?? '' })
 *
 * assert.ok(xmpp.accounts.has('carol'))
 * await registration.close()
 * await xmpp.close()
 * ```
 */
export interface CaptchaView {
  /** id of the captcha, the same as in the form's hidden field `challenge` */
  readonly challenge: string
  /** digits that the picture shows */
  readonly text: string
}

interface Challenge extends CaptchaView {
  readonly expiresAt: number
}

const CHALLENGE_MS = 120_000
const MAX_CHALLENGES = 1_000
const INSTRUCTIONS = 'Choose a user name and a password to register with this server'

/**
 * The server's side of in-band registration (XEP-0077) with a captcha (XEP-0158). Its methods take the child of an iq and
 * return the iq to answer with.
 */
export class RegistrationService {
  readonly #accounts: Accounts
  readonly #domain: string
  readonly #mode: RegistrationMode
  readonly #challenges = new Map<string, Challenge>()

  constructor(accounts: Accounts, domain: string, mode: RegistrationMode) {
    this.#accounts = accounts
    this.#domain = domain
    this.#mode = mode
  }

  get isOpen(): boolean {
    return this.#mode !== 'closed'
  }

  get captchas(): readonly CaptchaView[] {
    return [...this.#challenges.values()].map(({ challenge, text }) => ({ challenge, text }))
  }

  reset(): void {
    this.#challenges.clear()
  }

  /** Answers `<iq type='get'/>`. */
  form(id: string): Node {
    if (this.#mode === 'closed') return refusal(id, 'service-unavailable')
    const instructions = element('instructions', {}, INSTRUCTIONS)
    if (this.#mode === 'open') {
      return result(id, [element('query', { xmlns: REGISTER }, instructions, element('username'), element('password'))])
    }
    const { challenge, text } = this.#challenge()
    const image = digitsPng(text)
    const cid = `sha1+${createHash('sha1').update(image).digest('hex')}@bob.xmpp.org`
    const uri = element('uri', { type: 'image/png' }, `cid:${cid}`)
    const form = element(
      'x',
      { xmlns: DATA_FORM, type: 'form' },
      instructions,
      field('FORM_TYPE', 'hidden', element('value', {}, REGISTER)),
      field('username', 'text-single', element('required')),
      field('password', 'text-private', element('required')),
      field('captcha-fallback-text', 'fixed', element('value', {}, 'No picture? See the web page.')),
      field('captcha-fallback-url', 'text-single', element('value', {}, `http://${this.#domain}/captcha/${challenge}`)),
      field('from', 'hidden', element('value', {}, this.#domain)),
      field('challenge', 'hidden', element('required'), element('value', {}, challenge)),
      field('sid', 'hidden', element('value', {}, id)),
      field('ocr', 'text-single', element('media', { xmlns: MEDIA_ELEMENT }, uri), element('required')),
    )
    const data = element(
      'data',
      { xmlns: BITS_OF_BINARY, cid, type: 'image/png', 'max-age': '0' },
      image.toString('base64'),
    )
    return result(id, [element('query', { xmlns: REGISTER }, form, data)])
  }

  /** Answers `<iq type='set'/>` of a client that is not logged in. */
  register(id: string, query: Element): Node {
    const values = valuesOf(query)
    const refuse = (condition: string) => refusal(id, condition, values)
    if (this.#mode === 'closed') return refuse('forbidden')
    if (this.#mode === 'captcha') {
      const condition = this.#refusalOfAnswer(query, values)
      if (condition !== undefined) return refuse(condition)
    }
    const username = values.get('username') ?? ''
    if (prepareLocalpart(username) === undefined) return refuse('jid-malformed')
    if (this.#accounts.has(username)) return refuse('conflict')
    return this.#setPassword(username, values) ? result(id) : refuse('not-acceptable')
  }

  /** Answers `<iq type='set'/>` of the client that is logged in as `username`. */
  change(id: string, query: Element, username: string): Node {
    const values = valuesOf(query)
    const refuse = (condition: string) => refusal(id, condition, values)
    if (query.children.some(({ name }) => name === 'remove')) {
      this.#accounts.remove(username)
      return result(id)
    }
    if (prepareLocalpart(values.get('username') ?? '') !== prepareLocalpart(username)) return refuse('not-allowed')
    return this.#setPassword(username, values) ? result(id) : refuse('not-acceptable')
  }

  #challenge(): Challenge {
    const challenge = {
      challenge: randomUUID(),
      text: String(randomInt(100_000, 1_000_000)),
      expiresAt: Date.now() + CHALLENGE_MS,
    }
    const [oldest] = this.#challenges.keys()
    if (this.#challenges.size >= MAX_CHALLENGES && oldest !== undefined) this.#challenges.delete(oldest)
    this.#challenges.set(challenge.challenge, challenge)
    return challenge
  }

  /**
   * Checks the answer to a captcha and uses the captcha up, even if the answer is wrong.
   *
   * @returns the condition of the refusal, or `undefined` for a right answer
   */
  #refusalOfAnswer(query: Element, values: ReadonlyMap<string, string>): string | undefined {
    if (!query.children.some(({ namespace }) => namespace === DATA_FORM)) return 'not-allowed'
    const id = values.get('challenge')
    if (id === undefined) return 'bad-request'
    const challenge = this.#challenges.get(id)
    this.#challenges.delete(id)
    const isRight = challenge !== undefined && challenge.expiresAt > Date.now() && challenge.text === values.get('ocr')
    return isRight ? undefined : 'not-allowed'
  }

  #setPassword(username: string, values: ReadonlyMap<string, string>): boolean {
    const password = values.get('password') ?? ''
    if (password === '' || preparePassword(password) === undefined) return false
    this.#accounts.add(username, password)
    return true
  }
}

/** Returns the values of a data form, or of the fields of XEP-0077. */
function valuesOf(query: Element): Map<string, string> {
  const x = query.children.find(({ name, namespace }) => name === 'x' && namespace === DATA_FORM)
  const fields = x
    ? x.children.map(({ attributes, children: [value] }) => [attributes.get('var'), value] as const)
    : query.children.map(child => [child.name, child] as const)
  return new Map(fields.flatMap(([name, value]) => (name !== undefined && value ? [[name, textOf(value)]] : [])))
}

function field(name: string, type: string, ...children: readonly Node[]): Node {
  return element('field', { var: name, type, label: name }, ...children)
}

function result(id: string, children: readonly Node[] = []): Node {
  return element('iq', { xmlns: CLIENT, type: 'result', id }, ...children)
}

/** Repeats the request in the error, password included, as real servers do (RFC 6120 §8.3.1). */
function refusal(id: string, condition: string, values: ReadonlyMap<string, string> = new Map()): Node {
  const query = element('query', { xmlns: REGISTER }, ...Array.from(values, ([, value]) => element('value', {}, value)))
  return stanzaError(id, condition, query)
}
