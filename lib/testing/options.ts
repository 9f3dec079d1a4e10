import { prepareConfiguredDomain } from '../jid'
import { assertKnown, assertObject } from '../options/checks'
import { MECHANISM_NAMES } from '../sasl'
import { PERSONALITIES, PERSONALITY_NAMES, type PersonalityName } from './personalities'
import type { Personality } from './personalities/habits'
import type { TestMechanism } from './protocol/sasl'
import type { RoomOptions } from './rooms/rooms'
import type { RegistrationMode } from './services/registration'

/**
 * Options of a test server, with a port or without.
 *
 * @example
 * ```ts
 * import type { ResponderOptions } from 'passport-xmpp-bosh/testing'
 * import { mockBosh } from 'passport-xmpp-bosh/testing/nock'
 *
 * const options: ResponderOptions = {
 *   domain: 'example.com',
 *   accounts: { alice: 'secret' },
 *   mechanisms: ['SCRAM-SHA-256'],
 *   personality: 'prosody',
 *   registration: 'open',
 * }
 * const xmpp = mockBosh('https://xmpp.example.com/http-bind', options)
 * xmpp.close()
 * ```
 */
export interface ResponderOptions {
  /** XMPP domain of the accounts; required */
  domain: string
  /**
   * user name, without the domain, to password
   *
   * @default {}
   */
  accounts?: Readonly<Record<string, string>>
  /**
   * offered mechanisms, in this order
   *
   * @default those of the personality; of ejabberd ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']
   */
  mechanisms?: readonly TestMechanism[]
  /**
   * real server to imitate, where real servers differ
   *
   * @default 'ejabberd'
   */
  personality?: PersonalityName
  /**
   * policy for sign-up: `'closed'` refuses it, `'open'` lets every client create an account, `'captcha'` demands the digits
   * of a picture, or of Tigase a sum
   *
   * @default 'closed'
   */
  registration?: RegistrationMode
  /**
   * ms between two answers of one session, at least; 0 makes tests on Tigase fast, which waits 100 ms
   *
   * @default that of the personality: 100 of Tigase, 0 of all others
   */
  answerPause?: number
  /**
   * keeps messages for accounts that are not available, until they are; otherwise it refuses them
   *
   * @default that of the personality: false of ejabberd as this project configures it, true of all others
   */
  offlineStorage?: boolean
  /**
   * chat rooms, by bare JID; each is on another domain than the accounts
   *
   * @default {}
   */
  rooms?: Readonly<Record<string, RoomOptions>>
  /**
   * lets every client make a room by entering it, on the domains that have a room already
   *
   * @default false
   */
  allowsNewRooms?: boolean
  /**
   * vCards, by user name without the domain; each is the XML of `<vCard/>`, sent without a check
   *
   * @default {}
   */
  vcards?: Readonly<Record<string, string>>
}

/** The options with all defaults, checked. */
export interface ResolvedOptions {
  /** in the form that is sent */
  readonly domain: string
  readonly accounts: Readonly<Record<string, string>>
  readonly mechanisms: readonly TestMechanism[]
  readonly personality: Personality
  readonly registration: RegistrationMode
  readonly rooms: Readonly<Record<string, RoomOptions>>
  readonly allowsNewRooms: boolean
  readonly vcards: Readonly<Record<string, string>>
}

const OPTION_NAMES = [
  'domain',
  'accounts',
  'mechanisms',
  'personality',
  'registration',
  'answerPause',
  'offlineStorage',
  'rooms',
  'allowsNewRooms',
  'vcards',
]
const REGISTRATION_MODES: readonly RegistrationMode[] = ['closed', 'open', 'captcha']

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} an option is invalid; the message names it
 */
export function resolveOptions({
  domain,
  accounts = {},
  mechanisms,
  personality = 'ejabberd',
  registration = 'closed',
  answerPause,
  offlineStorage,
  rooms = {},
  allowsNewRooms = false,
  vcards = {},
  ...unknown
}: ResponderOptions): ResolvedOptions {
  assertKnown(unknown, OPTION_NAMES)
  const prepared = typeof domain === 'string' ? prepareConfiguredDomain(domain) : undefined
  if (!prepared) throw new TypeError('option `domain` must be an XMPP domain')
  if (!Object.hasOwn(PERSONALITIES, personality)) {
    throw new TypeError(`option \`personality\` must be one of ${PERSONALITY_NAMES.join(', ')}`)
  }
  const habits = PERSONALITIES[personality]
  const { sessions, stanzas } = habits
  const pause = answerPause ?? sessions.answerPause
  if (!Number.isFinite(pause) || pause < 0) throw new TypeError('option `answerPause` must be a number of ms')
  if (!REGISTRATION_MODES.includes(registration)) {
    throw new TypeError(`option \`registration\` must be one of ${REGISTRATION_MODES.join(', ')}`)
  }
  return {
    domain: prepared.wire,
    accounts: { ...accounts },
    mechanisms: offeredOf(mechanisms ?? habits.sasl.mechanisms),
    personality: {
      ...habits,
      sessions: { ...sessions, answerPause: pause },
      stanzas: { ...stanzas, keepsMessages: storageOf(offlineStorage ?? stanzas.keepsMessages) },
    },
    registration,
    ...resolveData(rooms, allowsNewRooms, vcards),
  }
}

function offeredOf(mechanisms: readonly TestMechanism[]): readonly TestMechanism[] {
  if (Array.isArray(mechanisms) && mechanisms.every(name => MECHANISM_NAMES.includes(name))) return [...mechanisms]
  throw new TypeError(`option \`mechanisms\` must be an array of names from: ${MECHANISM_NAMES.join(', ')}`)
}

/** Checks the kinds of the options; the services that hold the data check the rest. */
function resolveData(
  rooms: unknown,
  allowsNewRooms: unknown,
  vcards: unknown,
): Pick<ResolvedOptions, 'rooms' | 'allowsNewRooms' | 'vcards'> {
  assertObject(rooms, 'option `rooms`')
  assertObject(vcards, 'option `vcards`')
  if (typeof allowsNewRooms !== 'boolean') throw new TypeError('option `allowsNewRooms` must be a boolean')
  return { rooms: { ...rooms }, allowsNewRooms, vcards: { ...vcards } }
}

function storageOf(offlineStorage: unknown): boolean {
  if (typeof offlineStorage === 'boolean') return offlineStorage
  throw new TypeError('option `offlineStorage` must be a boolean')
}
