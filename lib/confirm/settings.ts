import { type BareJid, parsePreparedJid, prepareConfiguredDomain } from '../jid'
import { assertKnown, assertObject, optionalBoolean, optionalInteger } from '../options/checks'
import { urlOf } from '../options/url'
import type { AccountLike } from '../service-account/account-like'
import { defaultTexts, TEXT_NAMES } from './chat/default-texts'
import { isAddress, type Person } from './jids'
import {
  ASKS_PER_DOMAIN,
  ASKS_PER_JID,
  ASKS_WINDOW_MS,
  CONFIRM_LIFETIME_MS,
  MAX_ASKS_PER_DOMAIN,
  MAX_ASKS_PER_JID,
  MAX_ASKS_WINDOW_MS,
  MAX_CONFIRM_LIFETIME_MS,
  MAX_SITE_LENGTH,
  MIN_ASKS_WINDOW_MS,
  MIN_CONFIRM_LIFETIME_MS,
} from './limits'
import { MemoryConfirmStore } from './memory-store'
import { type AskLimits, CONFIRMATIONS_OPTION_NAMES, type ConfirmationsOptions } from './options'
import type { ConfirmStore } from './store'
import type { ConfirmTexts } from './texts'

/** Checked options with the defaults filled in. */
export interface ConfirmSettings {
  readonly account: AccountLike
  readonly bot: BareJid
  readonly site: string
  readonly url: URL
  readonly isAllowed: (person: Person) => boolean | Promise<boolean>
  readonly lifetime: number
  readonly dialog: boolean
  readonly code: 'ask' | 'alone' | false
  readonly store: ConfirmStore
  readonly asks: Required<AskLimits>
  readonly textsFor: (language: string | undefined) => ConfirmTexts
  readonly onStop: (jid: string) => void | Promise<void>
}

/**
 * Checks the options and fills in the defaults. Checks types as well: JavaScript callers have no compiler for that.
 *
 * @throws {TypeError} that names the option
 */
export function confirmSettingsOf(options: ConfirmationsOptions): ConfirmSettings {
  assertObject(options, 'options')
  assertKnown(options, CONFIRMATIONS_OPTION_NAMES)
  const { code = 'ask', onStop = () => {} } = options
  if (code !== 'ask' && code !== 'alone' && code !== false) {
    throw new TypeError("option `code` must be 'ask', 'alone' or false")
  }
  if (typeof onStop !== 'function') throw new TypeError('option `onStop` must be a function')
  return {
    ...accountOf(options.account),
    site: siteOf(options.site),
    url: loginUrlOf(options.url),
    isAllowed: allowOf(options.allow),
    lifetime:
      optionalInteger(options, 'lifetime', MIN_CONFIRM_LIFETIME_MS, MAX_CONFIRM_LIFETIME_MS) ?? CONFIRM_LIFETIME_MS,
    dialog: optionalBoolean(options, 'dialog') ?? false,
    code,
    store: storeOf(options.store),
    asks: asksOf(options.asks),
    textsFor: textsOf(options.texts),
    onStop,
  }
}

function accountOf(account: unknown): { account: AccountLike; bot: BareJid } {
  const given = (typeof account === 'object' ? account : undefined) as Partial<AccountLike> | null | undefined
  const bot = typeof given?.jid === 'string' ? parsePreparedJid(given.jid) : undefined
  if (bot === undefined || typeof given?.send !== 'function' || typeof given.onMessage !== 'function') {
    throw new TypeError('option `account` must be a ServiceAccount')
  }
  return { account: given as AccountLike, bot }
}

function siteOf(site: unknown): string {
  if (typeof site === 'string' && site.trim() === site && site !== '' && site.length <= MAX_SITE_LENGTH) {
    if (!/[\p{C}\p{Zl}\p{Zp}{}]/u.test(site)) return site
  }
  throw new TypeError(`option \`site\` must be the name of the site: one line of at most ${MAX_SITE_LENGTH} characters`)
}

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/

function loginUrlOf(given: unknown): URL {
  const url = typeof given === 'string' ? urlOf(given) : undefined
  if (url && url.username === '' && url.password === '' && url.hash === '') {
    if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return url
  }
  throw new TypeError('option `url` must be the https: URL of the login page, without a user name and a fragment')
}

function allowOf(allow: unknown): ConfirmSettings['isAllowed'] {
  // A truthy value that is not true is a mistake, such as a promise in a promise or a count.
  if (typeof allow === 'function') return async ({ jid }) => (await allow(jid)) === true
  if (allow === '*') return ({ domain, isOwn }) => isOwn || !isAddress(domain)
  const given: unknown[] = Array.isArray(allow) ? allow : [allow]
  const domains = new Set(
    given.map(domain => (typeof domain === 'string' ? prepareConfiguredDomain(domain)?.ascii : '')),
  )
  if (domains.size === 0 || domains.has(undefined) || domains.has('')) {
    throw new TypeError("option `allow` must be a domain, several domains, a function, or '*' for all accounts")
  }
  return ({ domain }) => domains.has(domain)
}

const STORE_METHODS: readonly (keyof ConfirmStore)[] = [
  'add',
  'get',
  'waitingFor',
  'byCode',
  'bind',
  'asked',
  'decide',
  'take',
  'changed',
  'count',
  'mark',
  'isMarked',
  'unmark',
]

function storeOf(store: unknown): ConfirmStore {
  if (store === undefined) return new MemoryConfirmStore()
  assertObject(store, 'option `store`')
  const missing = STORE_METHODS.find(name => typeof (store as Partial<ConfirmStore>)[name] !== 'function')
  if (missing !== undefined) throw new TypeError(`option \`store\` must be a ConfirmStore: it has no ${missing}()`)
  return store as ConfirmStore
}

const ASK_NAMES: readonly (keyof AskLimits)[] = ['perJid', 'perDomain', 'window']

function asksOf(asks: unknown = {}): Required<AskLimits> {
  assertObject(asks, 'option `asks`')
  assertKnown(asks, ASK_NAMES, 'asks.')
  const limit = (name: keyof AskLimits, least: number, most: number): number | undefined =>
    optionalInteger({ [`asks.${name}`]: (asks as AskLimits)[name] }, `asks.${name}`, least, most)
  return {
    perJid: limit('perJid', 1, MAX_ASKS_PER_JID) ?? ASKS_PER_JID,
    perDomain: limit('perDomain', 1, MAX_ASKS_PER_DOMAIN) ?? ASKS_PER_DOMAIN,
    window: limit('window', MIN_ASKS_WINDOW_MS, MAX_ASKS_WINDOW_MS) ?? ASKS_WINDOW_MS,
  }
}

function textsOf(texts: unknown): ConfirmSettings['textsFor'] {
  if (typeof texts === 'function') return language => merged(language, texts(language))
  assertObject(texts ?? {}, 'option `texts`')
  merged(undefined, texts)
  return language => merged(language, texts)
}

/** Puts given texts in the place of the default ones. A text that is undefined is as if absent. */
function merged(language: string | undefined, given: unknown): ConfirmTexts {
  const texts = { ...defaultTexts(language) }
  if (given === undefined || given === null) return texts
  assertObject(given, 'option `texts`')
  assertKnown(given, TEXT_NAMES, 'texts.')
  for (const name of TEXT_NAMES) {
    const text = (given as Partial<Record<keyof ConfirmTexts, unknown>>)[name]
    if (text === undefined) continue
    if (typeof text !== 'string') throw new TypeError(`option \`texts.${name}\` must be a text`)
    texts[name] = text
  }
  return texts
}
