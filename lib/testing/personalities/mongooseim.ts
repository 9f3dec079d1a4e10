import { prepareLocalpart } from '../../jid'
import { UNASSIGNED } from '../../jid/unicode-3-2'
import { preparePassword } from '../../sasl'
import { SESSION } from '../../xml/namespaces'
import { type HttpReply, page, terminated } from '../protocol/reply'
import { BIND_FEATURE, feature, GRANTED, VERSION } from './common'
import { EJABBERD } from './ejabberd'
import type { Judgement, Personality } from './habits'
import { isAdmin } from './room-habits'

const STREAM = {
  ...VERSION,
  ...GRANTED,
  accept: 'deflate, gzip',
  maxpause: '120',
  'xmpp:restartlogic': 'true',
}
const STREAM_MANAGEMENT = feature('sm', 'urn:xmpp:sm:3')
/** The process of the session dies: what cannot be prepared is not caught. */
const CRASH: HttpReply = { status: 200, headers: {}, body: '' }
const MAX_PASSWORD_BYTES = 1_023
/** Characters younger than Unicode 3.2, emoji among them, cannot be prepared. */
const YOUNGER = new RegExp(`[${UNASSIGNED}]`, 'u')

/** Habits as measured on MongooseIM 6.8.0. */
export const MONGOOSEIM: Personality = {
  software: { name: 'MongooseIM', version: '6.8.0' },
  path: '/http-bind',
  http: {
    anyPath: false,
    headers: { server: 'Cowboy', connection: 'keep-alive' },
    xmlType: 'text/xml; charset=utf8',
    cors: {
      'Access-Control-Allow-Headers': 'content-type',
      'Access-Control-Allow-Methods': 'POST, OPTIONS, GET',
      'Access-Control-Max-Age': '1728000',
    },
    namesOrigin: true,
    preflight: {},
    page: page(200, 'MongooseIM bosh endpoint'),
    head: page(405, 'Use POST request method'),
    otherMethod: page(405, 'Use POST request method'),
    sharesOtherMethod: true,
    idleMs: 5_000,
    closesWithSession: false,
  },
  replies: {
    created: STREAM,
    every: { sid: '{sid}' },
    restarted: STREAM,
    ended: {},
    malformed: page(500, ''),
    withoutRid: page(500, ''),
    unknownSession: terminated('item-not-found'),
    unknownDomain: terminated('host-unknown'),
    withoutDomain: terminated('host-unknown'),
    withoutWait: undefined,
    withoutHold: undefined,
    full: terminated('policy-violation'),
  },
  sessions: {
    ...EJABBERD.sessions,
    parksEarly: false,
    sid: 'hex',
    needsVersion: false,
    comparesLetters: true,
    grantsHoldZero: false,
    answersNewest: false,
    otherRequest: undefined,
    unrestartedEnd: 'stays',
  },
  features: {
    first: [STREAM_MANAGEMENT],
    // Without `<optional/>`: the session is demanded.
    restarted: [feature('session', SESSION), BIND_FEATURE, STREAM_MANAGEMENT],
    registersAgain: true,
  },
  sasl: {
    ...EJABBERD.sasl,
    names: { stored: localpart, asked: localpartOfJid, bound: localpartOfJid },
    password,
    undecodable: 'bad-protocol',
    malformedBase64: CRASH,
    badName: CRASH,
    badPassword: CRASH,
    unknownMechanism: 'no-mechanism',
    ignoresAuthzid: true,
    iterations: 10_000,
    protectsOffer: false,
    disabled: 'wrong',
    failures: { allowed: 4, end: terminated('item-not-found') },
  },
  registration: {
    ...EJABBERD.registration,
    instructions: 'Choose a username and password to register with this server',
    badName: 'bad-request',
    incomplete: 'bad-request',
    namesRegistered: true,
    judge,
    otherAccount: { existing: 'conflict', missing: 'created' },
    repeatsQuery: true,
    addressee: 'all',
    removal: { answers: true, from: '', end: { open: 'conflict' } },
  },
  stanzas: {
    ...EJABBERD.stanzas,
    unbound: 'silent',
    unrestarted: 'silent',
    demandsSession: true,
    keepsMessages: true,
    messageToHost: 'cancel service-unavailable',
  },
  queries: {
    ...EJABBERD.queries,
    session: { onGet: false, fromHost: true, isRepeated: true },
    version: 'cancel feature-not-implemented',
    vCard: { missing: 'cancel item-not-found', host: undefined },
  },
  rooms: {
    ...EJABBERD.rooms,
    shows: (_, asker) => isAdmin(asker),
    severalLists: undefined,
    items: { jidFirst: false, tellsReason: true },
    features: ['muc_moderated'],
    lists: 'all',
    noNewRoom: 'cancel not-allowed',
    isPresent: false,
  },
}

function localpart(typed: string): string | undefined {
  return YOUNGER.test(typed) ? undefined : prepareLocalpart(typed)
}

/** A login takes a bare JID for its localpart. */
function localpartOfJid(typed: string): string | undefined {
  return localpart(typed.replace(/@.*$/su, ''))
}

function password(typed: string): string | undefined {
  if (YOUNGER.test(typed) || Buffer.byteLength(typed) > MAX_PASSWORD_BYTES) return undefined
  return preparePassword(typed)
}

function judge(typed: string | undefined, of: 'sign-up' | 'change'): Judgement {
  if (typed === undefined) return 'bad-request'
  if (typed === '') return of === 'change' ? 'bad-request' : 'not-acceptable'
  if (typed.trim() === '') return 'not-acceptable'
  return password(typed) === undefined ? 'not-allowed' : 'good'
}
