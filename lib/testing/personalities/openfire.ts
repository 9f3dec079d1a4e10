import { prepareLocalpart } from '../../jid'
import { page, terminated } from '../protocol/reply'
import type { Affiliation, RoomFlags } from '../rooms/room'
import { BIND_FEATURE, GRANTED, OPTIONAL_SESSION } from './common'
import type { Personality } from './habits'
import { PROSODY } from './prosody'
import { isAdmin } from './room-habits'

const METHODS =
  'CANCELUPLOAD, HEAD, MKCOL, UNCHECKOUT, POST, CHECKIN, CHECKOUT, PROPFIND, LOCK, VERSION-CONTROL, COPY, REPORT, ' +
  'OPTIONS, PUT, DELETE, GETLIB, MOVE, GET, UPDATE, PROPPATCH, UNLOCK'
const MAX_PASSWORD_LENGTH = 1_024

/** Habits as measured on Openfire 5.2.0 Alpha. */
export const OPENFIRE: Personality = {
  software: { name: 'Openfire', version: '5.2.0 Alpha' },
  path: '/http-bind/',
  http: {
    anyPath: false,
    headers: {},
    xmlType: 'text/xml;charset=utf-8',
    cors: {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers':
        'Destination, Overwrite, X-Requested-With, Cache-Control, X-File-Name, User-Agent, X-File-Size, ' +
        'If-Modified-Since, Depth, Content-Type',
      'Access-Control-Max-Age': '86400',
    },
    namesOrigin: false,
    preflight: { Allow: 'GET, HEAD, POST, TRACE, OPTIONS' },
    page: errorPage(404, 'Not Found'),
    head: errorPage(404, 'Not Found'),
    otherMethod: page(405, ''),
    sharesOtherMethod: true,
    idleMs: 30_000,
    closesWithSession: false,
  },
  replies: {
    created: {
      ...GRANTED,
      authid: '{sid}',
      secure: 'true',
      polling: '5',
      ack: '{rid}',
      maxpause: '300',
      ver: '1.6',
    },
    every: {},
    restarted: {},
    ended: { ack: '{previous}' },
    malformed: errorPage(400, 'Bad Request'),
    withoutRid: errorPage(
      400,
      'Body-element is missing a RID (Request ID) value, or the provided value is a non-positive integer.',
    ),
    unknownSession: errorPage(404, 'Invalid SID value.'),
    unknownDomain: undefined,
    withoutDomain: undefined,
    withoutWait: undefined,
    withoutHold: undefined,
    full: errorPage(403, 'Too many new connections; please try again later.'),
  },
  sessions: {
    ...PROSODY.sessions,
    givesFirstAlone: true,
    sid: 'short',
    inactivity: 30,
    maxWait: 600,
    answersNewest: true,
    answersPayload: false,
  },
  features: {
    first: [BIND_FEATURE, OPTIONAL_SESSION],
    restarted: [BIND_FEATURE, OPTIONAL_SESSION],
    registersAgain: true,
  },
  sasl: {
    mechanisms: ['PLAIN', 'SCRAM-SHA-1'],
    // Nothing is prepared at login, so that a name has one spelling only: that of the sign-up, which folds it.
    names: { stored: prepareLocalpart, asked: asTyped, bound: asTyped },
    password: asTyped,
    undecodable: 'not-authorized',
    comparesEmpty: false,
    malformedBase64: 'incorrect-encoding',
    badName: 'not-authorized',
    badPassword: 'not-authorized',
    unknownMechanism: 'invalid-mechanism',
    aborted: undefined,
    ignoresAuthzid: false,
    challengesUnknown: true,
    takesCapable: false,
    iterations: 4096,
    protectsOffer: false,
    disabled: 'proof',
    failures: { allowed: 3, end: terminated() },
  },
  registration: {
    ...PROSODY.registration,
    instructions: 'Please provide the following information',
    tellsInstructions: false,
    fields: ['username', 'password', 'email', 'name'],
    form: {
      title: 'XMPP Client Registration',
      fields: [
        { name: 'username', type: 'text-single', label: 'Username', isRequired: true },
        { name: 'name', type: 'text-single', label: 'Full name' },
        { name: 'email', type: 'text-single', label: 'Email' },
        { name: 'password', type: 'text-private', label: 'Password', isRequired: true },
      ],
    },
    // Columns of its database.
    tooLong: { fields: { username: 64, email: 100 }, condition: 'internal-server-error' },
    closed: { form: 'forbidden', submit: 'silent', remove: 'forbidden' },
    judge: (password = '', of) => {
      if (password.trim() === '') return of === 'sign-up' ? 'silent' : 'pretended'
      return password.length > MAX_PASSWORD_LENGTH ? 'internal-server-error' : 'good'
    },
    otherAccount: { existing: 'conflict', missing: 'created' },
    repeatsRefused: true,
    addressee: 'bound',
    removal: { answers: true, end: terminated() },
  },
  stanzas: {
    ...PROSODY.stanzas,
    repeatsRefused: true,
    endsOnUnknown: false,
    unbound: 'auth not-authorized',
    unrestarted: 'binds',
    unreachable: 'cancel remote-server-not-found',
  },
  queries: {
    ...PROSODY.queries,
    vCard: { missing: undefined, host: 'auth forbidden' },
  },
  rooms: {
    ...PROSODY.rooms,
    shows,
    noList: 'modify bad-request',
    changesOne: false,
    buries: false,
    features: ['muc_unmoderated', 'vcard-temp', 'http://jabber.org/protocol/disco#info'],
    lists: 'all',
    outside: 'modify not-acceptable',
  },
}

function shows(list: Affiliation, asker: Affiliation, { isMembersOnly, isAnonymous }: RoomFlags): boolean {
  if (list === 'outcast') return isAdmin(asker)
  if (list === 'member') return !isMembersOnly || asker === 'member' || isAdmin(asker)
  return (list === 'owner' || list === 'admin') && (asker === 'owner' || !isAnonymous)
}

function asTyped(typed: string): string {
  return typed
}

/** The page of Jetty, in which Openfire runs. */
function errorPage(status: number, message: string) {
  const title = `${status} ${message}`
  const head = `<head>\n<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>\n<title>Error ${title}</title>\n</head>`
  const rows = [
    ['URI', '/http-bind/'],
    ['STATUS', status],
    ['MESSAGE', message],
  ].map(([name, value]) => `<tr><th>${name}:</th><td>${value}</td></tr>\n`)
  return page(
    status,
    `<html>\n${head}\n<body><h2>HTTP ERROR ${title}</h2>\n<table>\n${rows.join('')}</table>\n\n</body>\n</html>\n`,
    { 'Content-Type': 'text/html;charset=iso-8859-1', 'Cache-Control': 'must-revalidate,no-cache,no-store' },
  )
}
