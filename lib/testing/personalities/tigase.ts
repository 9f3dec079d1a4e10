import { element } from '../../xml/write'
import { bodyText, type HttpReply, page } from '../protocol/reply'
import { BIND_FEATURE, feature, GRANTED, OPTIONAL_SESSION, VERSION } from './common'
import type { Personality } from './habits'
import { PROSODY } from './prosody'
import { isAdmin } from './room-habits'

const RELEASE = '8.5.0-SNAPSHOT'
const XML_TYPE = 'text/xml; charset=utf-8'
const EXPLANATION =
  "This is BOSH (XEP-0124: Bidirectional-streams Over Synchronous HTTP (BOSH)) endpoint, if you want to use it use POST method as defined in it's specification: https://xmpp.org/extensions/xep-0124.html"
const STREAM = { ...VERSION, from: '{domain}', host: 'localhost', secure: 'true', ack: '{rid}' }
const STARTTLS = feature('starttls', 'urn:ietf:params:xml:ns:xmpp-tls')

/** Habits as measured on Tigase 8.5.0-SNAPSHOT with the settings of a single node. */
export const TIGASE: Personality = {
  software: { name: 'Tigase', version: RELEASE },
  path: '/',
  http: {
    anyPath: true,
    headers: { Server: `Tigase Bosh/${RELEASE}` },
    xmlType: XML_TYPE,
    cors: {
      'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': '86400',
    },
    namesOrigin: false,
    preflight: {},
    page: page(200, EXPLANATION),
    head: 'hang',
    otherMethod: 'hang',
    sharesOtherMethod: true,
    idleMs: undefined,
    closesWithSession: true,
  },
  replies: {
    created: { ...STREAM, ...GRANTED, authid: '{authid}', polling: '10', ver: '1.6', maxpause: '10' },
    every: STREAM,
    restarted: {},
    ended: STREAM,
    malformed: 'hang',
    withoutRid: 'hang',
    unknownSession: refused(404, 'item-not-found'),
    unknownDomain: refused(405, 'host-unknown'),
    withoutDomain: refused(405, 'improper-addressing'),
    withoutWait: undefined,
    withoutHold: undefined,
    full: refused(405, 'policy-violation'),
  },
  sessions: {
    ...PROSODY.sessions,
    inactivity: 10,
    maxWait: 30,
    answerPause: 100,
    hasLateFeatures: true,
    repeatsReplies: false,
    repeatsRestart: true,
    answersPayload: false,
  },
  features: {
    first: [
      feature('auth', 'http://jabber.org/features/iq-auth'),
      STARTTLS,
      element('compression', { xmlns: 'http://jabber.org/features/compress' }, element('method', {}, 'zlib')),
    ],
    restarted: [
      feature('csi', 'urn:xmpp:csi:0'),
      feature('ver', 'urn:xmpp:features:rosterver'),
      feature('sub', 'urn:xmpp:features:pre-approval'),
      STARTTLS,
      BIND_FEATURE,
      OPTIONAL_SESSION,
      element('c', {
        xmlns: 'http://jabber.org/protocol/caps',
        hash: 'sha-1',
        node: 'https://tigase.net/tigase-xmpp-server',
        ver: 'QL58avboCV00ysP4oaY/oadtVQ0=',
      }),
    ],
    registersAgain: true,
  },
  sasl: {
    mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'],
    // Names are compared without regard to case, and bound as they are typed.
    names: { stored: withoutCase, asked: withoutCase, bound: typed => typed },
    password: typed => typed,
    undecodable: 'malformed-request',
    comparesEmpty: true,
    malformedBase64: 'malformed-request',
    badName: 'malformed-request',
    badPassword: 'not-authorized',
    unknownMechanism: 'invalid-mechanism',
    aborted: 'malformed-request',
    ignoresAuthzid: false,
    challengesUnknown: false,
    takesCapable: true,
    iterations: 4096,
    protectsOffer: false,
    disabled: 'first',
    failures: undefined,
  },
  registration: {
    ...PROSODY.registration,
    instructions:
      'Please provide the following information to sign up for an account\n' +
      'Please also provide your e-mail address (must be valid!) to which we will send confirmation link.',
    fields: [],
    form: {
      title: 'Account Registration',
      fields: [
        { name: 'username', type: 'text-single', label: 'Username', isRequired: true, value: '' },
        { name: 'password', type: 'text-private', label: 'Password', isRequired: true, value: '' },
        { name: 'email', type: 'text-single', label: 'Email (MUST BE VALID!)', isRequired: true, value: '' },
      ],
    },
    required: { names: ['email'], condition: 'not-acceptable' },
    captcha: 'sum',
    withoutCaptcha: 'bad-request',
    closed: { form: 'not-allowed', submit: 'not-allowed', remove: 'good' },
    badName: 'bad-request',
    judge: (password = '') => (password.trim() === '' ? 'not-acceptable' : 'good'),
    addressee: 'bound',
    removal: { answers: false, end: { terminate: true } },
  },
  stanzas: {
    ...PROSODY.stanzas,
    repeatsRefused: true,
    endsOnUnknown: false,
    unbound: 'auth not-authorized',
    unrestarted: 'binds',
    addressesBound: true,
    unreachable: 'cancel remote-server-not-found',
  },
  queries: {
    ...PROSODY.queries,
    vCard: { missing: undefined, host: 'auth forbidden' },
  },
  rooms: {
    ...PROSODY.rooms,
    shows: (_, asker) => isAdmin(asker),
    noList: 'modify bad-request',
    changesOne: false,
    buries: false,
    features: ['vcard-temp', 'muc_unmoderated'],
  },
}

function withoutCase(typed: string): string | undefined {
  return typed === '' || /[@/]/.test(typed) ? undefined : typed.toLowerCase()
}

/** A refusal closes the connection. */
function refused(status: number, condition: string): HttpReply {
  return page(status, bodyText({ type: 'terminate', condition }, []), { 'Content-Type': XML_TYPE, Connection: 'close' })
}
