import { judge, RESOURCE, type Row } from './judge'

const yes = (name: string, mechanism = 'PLAIN') => `${name}@localhost by ${mechanism}`
const NO = 'invalid-credentials'
const DIGESTS = ['sha-1', 'sha-256', 'sha-512'] as const

const LOGINS: readonly Row[] = [
  { dialogues: ['lib-login-plain'], right: yes('user1') },
  ...DIGESTS.map(
    (digest): Row => ({
      dialogues: [`lib-login-scram-${digest}`],
      right: yes('user1', `SCRAM-${digest.toUpperCase()}`),
      sends: ['creation', 'auth', 'response', 'restart', 'bind', 'terminate'],
    }),
  ),
  { dialogues: ['lib-login-default'], mechanisms: ['SCRAM-SHA-512', 'PLAIN'], right: yes('user1', 'SCRAM-SHA-512') },
  { dialogues: ['lib-login-no-bind'], bind: false, right: yes('user1', 'SCRAM-SHA-512') },
  { dialogues: ['lib-login-right-after-start'], right: yes('user1', 'SCRAM-SHA-512') },
  { dialogues: ['full-login-plain'], right: yes('user1'), differs: RESOURCE },
  // The library does not count acknowledgements (XEP-0124 §9.2 makes them optional).
  { dialogues: ['server-acks'], right: yes('user1'), differs: ['/body/@ack: recorded 1, sent undefined', ...RESOURCE] },
  { dialogues: ['lib-wrong-plain'], right: NO },
  { dialogues: ['lib-unknown-plain'], right: NO },
  ...DIGESTS.flatMap((digest): Row[] => [
    { dialogues: [`lib-wrong-scram-${digest}`], typed: { password: 'nope' }, right: NO },
    { dialogues: [`lib-unknown-scram-${digest}`], right: NO },
  ]),
  { dialogues: ['lib-banned-plain'], right: NO },
  { dialogues: ['lib-banned-scram-sha-256'], right: NO },
  { dialogues: ['plain-retry-after-failure'], right: NO },
]

const NAMES: readonly Row[] = [
  { dialogues: ['lib-default-name-with-comma'], typed: { password: 'Geheim 5' }, right: yes('c,d', 'SCRAM-SHA-512') },
  { dialogues: ['lib-plain-name-with-equals'], right: yes('c=d') },
  { dialogues: ['lib-scram-name-with-equals'], right: NO },
  {
    dialogues: ['lib-strict-login'],
    typed: { password: 'lowUP1#: lang' },
    right: 'strong1@strict.localhost by SCRAM-SHA-512',
  },
]

// A reply of HTTP status 200 without a body is the server's refusal of input that it cannot prepare, or has no key for.
const EMPTY: readonly Row[] = [
  { dialogues: ['lib-plain-emoji-password-known'], right: NO },
  { dialogues: ['lib-plain-emoji-password-unknown'], right: NO },
  { dialogues: ['lib-plain-password-1024-known'], right: NO },
  { dialogues: ['lib-plain-password-1024-unknown'], right: NO },
  { dialogues: ['lib-plain-unassigned-name'], right: NO },
  { dialogues: ['lib-account-lacks-hash-default'], right: NO },
  { dialogues: ['lib-account-lacks-hash-sha-1'], right: NO },
  { dialogues: ['lib-account-lacks-hash-sha-256'], right: 'old1@rdbms.localhost by SCRAM-SHA-256' },
  { dialogues: ['lib-account-lacks-hash-plain'], right: 'old1@rdbms.localhost by PLAIN' },
]

const FAULTS: readonly Row[] = [
  { dialogues: ['lib-wrong-domain'], right: 'ERR_XMPP_DOMAIN', says: /host-unknown/ },
  { dialogues: ['create-wrong-to'], right: 'ERR_XMPP_DOMAIN', says: /host-unknown/ },
  { dialogues: ['lib-closed-host-plain-only'], mechanisms: ['PLAIN'], right: 'ERR_XMPP_MECHANISM' },
  // A stream error without the end of the session
  { dialogues: ['idle-before-auth'], right: 'ERR_XMPP_TERMINATED', says: /connection-timeout/ },
  { dialogues: ['idle-after-success'], right: 'ERR_XMPP_TERMINATED', says: /connection-timeout/ },
  { dialogues: ['idle-before-bind'], right: 'ERR_XMPP_TERMINATED', says: /connection-timeout/, differs: RESOURCE },
  { dialogues: ['rid-too-high'], right: 'ERR_XMPP_TERMINATED', says: /item-not-found/ },
]

const SIGN_UP: readonly Row[] = [
  { dialogues: ['lib-signup-ok'], call: 'sign-up', right: 'lotte@localhost' },
  { dialogues: ['lib-signup-strict-ok'], call: 'sign-up', right: 'strong1@strict.localhost' },
  { dialogues: ['lib-signup-taken'], call: 'sign-up', right: 'username-taken' },
  { dialogues: ['lib-signup-weak'], call: 'sign-up', right: 'weak-password' },
  { dialogues: ['lib-signup-quick-2'], call: 'sign-up', right: 'rate-limited' },
  { dialogues: ['lib-signup-emoji-password'], call: 'sign-up', right: 'malformed-credentials' },
  { dialogues: ['lib-signup-password-1024'], call: 'sign-up', right: 'malformed-credentials' },
  { dialogues: ['lib-signup-name-unassigned'], call: 'sign-up', right: 'malformed-credentials' },
  {
    dialogues: ['lib-signup-weird-name'],
    call: 'sign-up',
    fields: { username: 'a@b', password: 'x' },
    right: 'malformed-credentials',
  },
  {
    dialogues: ['lib-signup-no-password'],
    call: 'sign-up',
    fields: { username: 'lotte' },
    right: 'missing-credentials',
  },
  { dialogues: ['lib-signup-closed'], call: 'form', right: 'registration-closed' },
  { dialogues: ['ibr'], only: [0, 1, 0, 2], call: 'sign-up', right: 'ibr1@localhost' },
  { dialogues: ['ibr'], only: [0, 1, 0, 3], call: 'sign-up', right: 'username-taken' },
]

// The server answers no request for an account before the session iq (RFC 3921 §3). It takes a change that comes before
// it for a sign-up by a stranger.
const ACCOUNT: readonly Row[] = [
  {
    dialogues: ['password-change-and-unregister'],
    call: 'change',
    right: 'done',
    differs: RESOURCE,
    sends: ['creation', 'auth', 'restart', 'bind', 'session', 'register', 'terminate'],
  },
  {
    // The result comes with an empty `from`.
    dialogues: ['unregister'],
    call: 'remove',
    right: 'done',
    differs: RESOURCE,
    sends: ['creation', 'auth', 'restart', 'bind', 'session', 'remove', 'terminate'],
  },
  {
    dialogues: ['lib-change-password-wrong'],
    call: 'change',
    typed: { password: 'nope' },
    fields: { password: 'Neu 7' },
    right: NO,
  },
  { dialogues: ['lib-remove-wrong'], call: 'remove', typed: { password: 'nope' }, right: NO },
]

judge('mongooseim', [...LOGINS, ...NAMES, ...EMPTY, ...FAULTS, ...SIGN_UP, ...ACCOUNT])
