import { randomInt, randomUUID } from 'node:crypto'
import { CLIENT, DATA_FORM, REGISTER } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Accounts } from '../accounts'
import type { Judgement, NameHabits, Personality, RegistrationHabits } from '../personalities/habits'
import { stanzaError } from '../protocol/reply'
import { copyOf } from '../protocol/stanza'
import { dataForm, pictureForm, sumFields } from './registration-form'

/**
 * Policy of a test server for sign-up: `closed` refuses it, `open` lets every client create an account, `captcha`
 * demands the digits of a picture, or of Tigase a sum.
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
  /** right answer: the digits that the picture shows, or the result of the sum */
  readonly text: string
}

interface Challenge extends CaptchaView {
  /** the sum that is asked, where no picture is shown */
  readonly question: string
  readonly expiresAt: number
}

const CHALLENGE_MS = 120_000
const MAX_CHALLENGES = 1_000
const MAX_SUMMAND = 20
/** Names of the fields that hold the id of a captcha and its answer. */
const CAPTCHA_FIELDS = { picture: ['challenge', 'ocr'], sum: ['captcha-id', 'qa'] } as const

/**
 * The server's side of in-band registration (XEP-0077) with a captcha (XEP-0158). Its methods take the child of an iq and
 * return the iq to answer with.
 */
export class RegistrationService {
  readonly #accounts: Accounts
  readonly #domain: string
  readonly #mode: RegistrationMode
  readonly #habits: RegistrationHabits
  readonly #names: NameHabits
  readonly #challenges = new Map<string, Challenge>()

  constructor(accounts: Accounts, domain: string, mode: RegistrationMode, { registration, sasl }: Personality) {
    this.#accounts = accounts
    this.#domain = domain
    this.#mode = mode
    this.#habits = registration
    this.#names = sasl.names
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

  /** Answers `<iq type='get'/>` of a client, which may be logged in as `username`. */
  form(id: string, query: Element, username?: string): Node | undefined {
    const { closed, captcha, instructions, tellsInstructions, fields, form, namesRegistered } = this.#habits
    if (this.#mode === 'closed') return this.#judged(id, query, closed.form)
    const told = element('instructions', {}, instructions)
    if (username !== undefined && namesRegistered) {
      const account = [element('registered'), element('username', {}, username), element('password')]
      return result(id, [element('query', { xmlns: REGISTER }, ...(tellsInstructions ? [told] : []), ...account)])
    }
    if (this.#mode === 'captcha' && captcha === 'picture') {
      return result(id, [pictureForm(told, this.#domain, id, this.#challenge())])
    }
    const plain = [...(tellsInstructions ? [told] : []), ...fields.map(name => element(name))]
    const asked = this.#mode === 'captcha' ? sumFields(this.#challenge()) : []
    const filled = form ? [dataForm(form.title, told, [...form.fields, ...asked])] : []
    return result(id, [element('query', { xmlns: REGISTER }, ...plain, ...filled)])
  }

  /** Answers `<iq type='set'/>` of a client that is not logged in. Without an answer there is silence. */
  register(id: string, query: Element): Node | undefined {
    const { badName, tooLong, required, judge, closed, incomplete } = this.#habits
    const values = valuesOf(query)
    const judged = (judgement: Judgement) => this.#judged(id, query, judgement)
    if (this.#mode === 'closed') return judged(closed.submit)
    if (this.#mode === 'captcha') {
      const condition = this.#refusalOfAnswer(query, values)
      if (condition !== undefined) return judged(condition)
    }
    const isComplete = values.has('username') && values.has('password')
    if (!isComplete && incomplete !== undefined) return stanzaError(id, incomplete)
    const username = values.get('username') ?? ''
    if (this.#names.stored(username) === undefined) return judged(badName)
    if (tooLong && isAnyLonger(values, tooLong.fields)) return judged(tooLong.condition)
    if (this.#accounts.has(username)) return judged('conflict')
    if (required.names.some(name => !values.get(name))) return judged(required.condition)
    const password = values.get('password')
    const judgement = judge(password, 'sign-up')
    return judged(judgement === 'good' ? this.#setPassword(username, password) : judgement)
  }

  /** Answers `<iq type='set'/>` of the client that is logged in as `username`. Without an answer there is silence. */
  change(id: string, query: Element, username: string): Node | undefined {
    const { closed, judge, otherAccount } = this.#habits
    const values = valuesOf(query)
    const judged = (judgement: Judgement) => this.#judged(id, query, judgement)
    if (query.children.some(({ name }) => name === 'remove')) {
      if (this.#mode === 'closed' && closed.remove !== 'good') return judged(closed.remove)
      this.#accounts.remove(username)
      return result(id)
    }
    const { stored } = this.#names
    const named = values.get('username') ?? ''
    if (stored(named) === undefined || stored(named) !== stored(username)) {
      if (this.#accounts.has(named)) return judged(otherAccount.existing)
      if (otherAccount.missing !== 'created') return judged(otherAccount.missing)
    }
    const password = values.get('password')
    const judgement = judge(password, 'change')
    return judged(judgement === 'good' ? this.#setPassword(named, password) : judgement)
  }

  #judged(id: string, query: Element, judgement: Judgement): Node | undefined {
    const { repeatsQuery, repeatsRefused } = this.#habits
    if (judgement === 'silent') return undefined
    if (judgement !== 'good' && judgement !== 'pretended') {
      // The request is repeated in the error, password included, as by real servers.
      return stanzaError(id, judgement, ...(repeatsRefused ? [copyOf(query)] : []))
    }
    return result(id, repeatsQuery ? [copyOf(query)] : [])
  }

  #challenge(): Challenge {
    const [a, b] = [randomInt(1, MAX_SUMMAND), randomInt(1, MAX_SUMMAND)]
    const isSum = this.#habits.captcha === 'sum'
    const challenge = {
      challenge: randomUUID(),
      text: String(isSum ? a + b : randomInt(100_000, 1_000_000)),
      question: `${a} + ${b}`,
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
    const { captcha, withoutCaptcha } = this.#habits
    const [idField, answerField] = CAPTCHA_FIELDS[captcha]
    if (!query.children.some(({ namespace }) => namespace === DATA_FORM)) return withoutCaptcha
    const id = values.get(idField)
    if (id === undefined) return 'bad-request'
    const challenge = this.#challenges.get(id)
    this.#challenges.delete(id)
    const isRight =
      challenge !== undefined && challenge.expiresAt > Date.now() && challenge.text === values.get(answerField)
    return isRight ? undefined : 'not-allowed'
  }

  #setPassword(username: string, password: string | undefined): Judgement {
    try {
      this.#accounts.add(username, password ?? '')
      return 'good'
    } catch (error) {
      // The server cannot prepare this name or this password.
      if (error instanceof TypeError) return 'not-acceptable'
      throw error
    }
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

function isAnyLonger(values: ReadonlyMap<string, string>, longest: Readonly<Record<string, number>>): boolean {
  return Object.entries(longest).some(([name, length]) => (values.get(name) ?? '').length > length)
}

function result(id: string, children: readonly Node[] = []): Node {
  return element('iq', { xmlns: CLIENT, type: 'result', id }, ...children)
}
