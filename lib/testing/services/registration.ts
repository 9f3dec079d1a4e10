import { createHash, randomInt, randomUUID } from 'node:crypto'
import { prepareLocalpart } from '../../jid'
import { preparePassword } from '../../sasl'
import { BITS_OF_BINARY, CLIENT, DATA_FORM, MEDIA_ELEMENT, REGISTER } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Accounts } from '../accounts'
import { stanzaError } from '../protocol/reply'
import { digitsPng } from './captcha-picture'

/** Whether a test server lets people make accounts, and what they have to read for it. */
export type RegistrationMode = 'closed' | 'open' | 'captcha'

/** A challenge that waits for its answer. */
export interface CaptchaView {
  /** its id, as the form has it in the hidden field `challenge` */
  readonly challenge: string
  /** what the picture says */
  readonly text: string
}

interface Challenge extends CaptchaView {
  readonly expiresAt: number
}

const CHALLENGE_MS = 120_000
const MAX_CHALLENGES = 1_000
const INSTRUCTIONS = 'Choose a user name and a password to register with this server'

/** In-band registration (XEP-0077) with a captcha (XEP-0158), the server's side: the child of an iq in, an iq out. */
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

  /** The answer to `<iq type='get'/>`. */
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

  /** The answer to `<iq type='set'/>` of somebody who is not logged in. */
  register(id: string, query: Element): Node {
    const values = valuesOf(query)
    const refuse = (condition: string) => refusal(id, condition, values)
    if (this.#mode === 'closed') return refuse('forbidden')
    if (this.#mode === 'captcha') {
      const condition = this.#wrongAnswer(query, values)
      if (condition !== undefined) return refuse(condition)
    }
    const username = values.get('username') ?? ''
    if (prepareLocalpart(username) === undefined) return refuse('jid-malformed')
    if (this.#accounts.has(username)) return refuse('conflict')
    return this.#setPassword(username, values) ? result(id) : refuse('not-acceptable')
  }

  /** The answer to `<iq type='set'/>` of `username`, who is logged in. */
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

  /** A challenge takes one answer, right or wrong. */
  #wrongAnswer(query: Element, values: ReadonlyMap<string, string>): string | undefined {
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

/** What is filled in, in a form or in fields. */
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

/** With what was asked in it, the password too, as real servers have it (RFC 6120 §8.3.1). */
function refusal(id: string, condition: string, values: ReadonlyMap<string, string> = new Map()): Node {
  const query = element('query', { xmlns: REGISTER }, ...Array.from(values, ([, value]) => element('value', {}, value)))
  return stanzaError(id, condition, query)
}
