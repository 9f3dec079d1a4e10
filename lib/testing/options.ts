import { prepareConfiguredDomain } from '../jid'
import { MECHANISM_NAMES } from '../sasl'
import { PERSONALITIES, type Personality, type PersonalityName } from './personality'
import type { TestMechanism } from './protocol/sasl'
import type { RegistrationMode } from './services/registration'

/** What a test server serves. */
export interface ResponderOptions {
  /** the XMPP domain */
  domain: string
  /** user name (without the domain) -> password; default none */
  accounts?: Readonly<Record<string, string>>
  /** offered, in this order; default all four */
  mechanisms?: readonly TestMechanism[]
  /** whose habits it has, where real servers differ; default ejabberd */
  personality?: PersonalityName
  /** who may make an account: nobody (default), anybody, or who can read a picture */
  registration?: RegistrationMode
}

/** The same, complete and checked. */
export interface ResolvedOptions {
  /** as it is sent */
  readonly domain: string
  readonly accounts: Readonly<Record<string, string>>
  readonly mechanisms: readonly TestMechanism[]
  readonly personality: Personality
  readonly registration: RegistrationMode
}

const REGISTRATION_MODES: readonly RegistrationMode[] = ['closed', 'open', 'captcha']

/** @throws {TypeError} that names the option */
export function resolveOptions({
  domain,
  accounts = {},
  mechanisms = MECHANISM_NAMES,
  personality = 'ejabberd',
  registration = 'closed',
  ...unknown
}: ResponderOptions): ResolvedOptions {
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined) throw new TypeError(`unknown option \`${stranger}\``)
  const prepared = typeof domain === 'string' ? prepareConfiguredDomain(domain) : undefined
  if (!prepared) throw new TypeError('option `domain` must be an XMPP domain')
  if (!Array.isArray(mechanisms) || !mechanisms.every(name => MECHANISM_NAMES.includes(name))) {
    throw new TypeError(`option \`mechanisms\` must hold some of ${MECHANISM_NAMES.join(', ')}`)
  }
  if (!Object.hasOwn(PERSONALITIES, personality)) {
    throw new TypeError(`option \`personality\` must be one of ${Object.keys(PERSONALITIES).join(', ')}`)
  }
  if (!REGISTRATION_MODES.includes(registration)) {
    throw new TypeError(`option \`registration\` must be one of ${REGISTRATION_MODES.join(', ')}`)
  }
  return {
    domain: prepared.wire,
    accounts: { ...accounts },
    mechanisms: [...mechanisms],
    personality: PERSONALITIES[personality],
    registration,
  }
}
