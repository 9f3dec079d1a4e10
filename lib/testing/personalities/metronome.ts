import { element } from '../../xml/write'
import { page, terminated } from '../protocol/reply'
import { feature, GRANTED, OPTIONAL_SESSION, VERSION } from './common'
import type { Judgement, Personality } from './habits'
import { PROSODY } from './prosody'

const INSTRUCTIONS = 'Choose a username and password for use with this service.'
const TERMS = 'By registering you implicitly accept our terms of service.'
const MIN_PASSWORD_LENGTH = 8
const MAX_PASSWORD_LENGTH = 30
/** Replies to requests that reach no session name the server. */
const SERVER = { Server: 'Metronome/unknown (net.http.server; https://metronome.im)' }

/** Habits as measured on Metronome 4.0.5, a relative of Prosody. */
export const METRONOME: Personality = {
  ...PROSODY,
  software: { name: 'Metronome', version: '4.0.5' },
  http: {
    ...PROSODY.http,
    page: page(200, "<!DOCTYPE html><html><head><title>Metronome's BOSH Interface</title></head></html>", SERVER),
    head: page(404, '<h1>404 Not Found</h1>', SERVER),
    otherMethod: page(404, '<h1>404 Not Found</h1>', SERVER),
  },
  replies: {
    created: { ...VERSION, ver: '1.6', polling: '5', secure: 'true', authid: '{sid}', ...GRANTED },
    every: { sid: '{sid}' },
    restarted: {},
    ended: {},
    malformed: page(400, '<h1>400 Bad Request</h1>', SERVER),
    withoutRid: terminated('bad-request', SERVER),
    unknownSession: terminated('item-not-found'),
    unknownDomain: terminated('host-unknown', SERVER),
    withoutDomain: terminated('host-unknown', SERVER),
    withoutWait: page(500, '<h1>500 Internal Server Error</h1>', SERVER),
    withoutHold: undefined,
    full: terminated('policy-violation'),
  },
  sessions: { ...PROSODY.sessions, early: 3, repeatsReplies: false, unrestartedEnd: 'ends-with-features' },
  features: {
    first: [],
    restarted: [
      element('bind', { xmlns: 'urn:ietf:params:xml:ns:xmpp-bind' }, element('required')),
      OPTIONAL_SESSION,
      feature('sm', 'urn:xmpp:sm:2'),
      feature('sm', 'urn:xmpp:sm:3'),
      feature('ver', 'urn:xmpp:features:rosterver'),
      element('c', {
        xmlns: 'http://jabber.org/protocol/caps',
        hash: 'sha-1',
        node: 'http://metronome.im',
        ver: '1tXZf83DXOQMHYu6UK6m1EHt5T8=',
      }),
    ],
    registersAgain: false,
  },
  sasl: {
    ...PROSODY.sasl,
    mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN'],
    disabled: 'admitted',
    failures: { allowed: 3, end: 'policy-violation' },
  },
  registration: {
    ...PROSODY.registration,
    instructions: INSTRUCTIONS,
    form: {
      title: 'Creating a new account',
      fields: [
        { name: 'username', type: 'text-single', label: 'Username', isRequired: true },
        { name: 'password', type: 'text-private', label: 'Password', isRequired: true },
        { name: undefined, type: 'fixed', value: TERMS },
      ],
    },
    badName: 'not-acceptable',
    namesRegistered: true,
    judge,
    otherAccount: { existing: 'bad-request', missing: 'bad-request' },
    repeatsRefused: false,
    addressee: 'bound',
  },
  rooms: {
    ...PROSODY.rooms,
    shows: (list, asker) => asker === 'owner' || (asker === 'admin' && list === 'member'),
    buries: false,
    features: ['http://jabber.org/protocol/disco#info', 'muc_unmoderated'],
  },
}

/** The rule of the settings that come with the server. */
function judge(password = '', of: 'sign-up' | 'change'): Judgement {
  if (password === '' && of === 'sign-up') return 'not-acceptable'
  const isStrong =
    password.length >= MIN_PASSWORD_LENGTH &&
    password.length <= MAX_PASSWORD_LENGTH &&
    /\p{Lu}/u.test(password) &&
    /[^\p{L}]/u.test(password)
  return isStrong ? 'good' : 'policy-violation'
}
