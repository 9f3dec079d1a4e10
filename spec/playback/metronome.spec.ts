import { judge, OTHER_NAME, RESOURCE, type Row } from './judge'

const yes = (name: string, mechanism = 'PLAIN') => `${name} by ${mechanism}`
const NO = 'invalid-credentials'
const DIGESTS = ['sha-1', 'sha-256', 'sha-512'] as const

const LOGINS: readonly Row[] = [
  { dialogues: ['lib-login-plain'], right: yes('user1@localhost') },
  ...DIGESTS.map(
    (digest): Row => ({
      dialogues: [`lib-login-scram-${digest}`],
      right: yes('user1@localhost', `SCRAM-${digest.toUpperCase()}`),
    }),
  ),
  {
    dialogues: ['lib-login-default'],
    mechanisms: ['SCRAM-SHA-512', 'PLAIN'],
    right: yes('user1@localhost', 'SCRAM-SHA-512'),
  },
  { dialogues: ['lib-login-no-bind'], bind: false, right: yes('user1@localhost', 'SCRAM-SHA-512') },
  { dialogues: ['lib-hashed-login'], right: yes('user1@hashed.localhost', 'SCRAM-SHA-512') },
  { dialogues: ['full-login-plain'], right: yes('user1@localhost'), differs: RESOURCE },
  { dialogues: ['lib-wrong-plain'], right: NO },
  { dialogues: ['lib-unknown-plain'], right: NO },
  ...DIGESTS.flatMap((digest): Row[] => [
    { dialogues: [`lib-wrong-scram-${digest}`], typed: { password: 'nope' }, right: NO },
    { dialogues: [`lib-unknown-scram-${digest}`], right: NO },
  ]),
  { dialogues: ['plain-retry-after-failure'], right: NO },
  { dialogues: ['plain-many-failures-one-session'], right: NO },
  // Accounts that are locked log in.
  { dialogues: ['lib-locked-right'], right: yes('lockme@localhost', 'SCRAM-SHA-512') },
  { dialogues: ['lib-locked-wrong'], typed: { password: 'nope' }, right: NO },
]

const PASSWORDS: readonly Row[] = [
  { dialogues: ['lib-plain-emoji-password-known'], right: NO },
  { dialogues: ['lib-plain-emoji-password-unknown'], right: NO },
  { dialogues: ['lib-plain-password-1024-known'], right: NO },
  { dialogues: ['lib-plain-password-1024-unknown'], right: NO },
  { dialogues: ['lib-account-lacks-hash'], right: 'ERR_XMPP_UNAVAILABLE', says: /temporary-auth-failure/ },
  {
    dialogues: ['lib-account-lacks-hash-sha-256'],
    typed: { password: 'user1' },
    right: yes('older@hashed.localhost', 'SCRAM-SHA-256'),
  },
]

const FAULTS: readonly Row[] = [
  { dialogues: ['lib-wrong-domain'], right: 'ERR_XMPP_DOMAIN', says: /host-unknown/ },
  { dialogues: ['create-wrong-to'], right: 'ERR_XMPP_DOMAIN', says: /host-unknown/ },
  { dialogues: ['lib-not-secure-http'], right: 'ERR_XMPP_MECHANISM', says: /offers no SASL mechanism/ },
  { dialogues: ['idle-before-auth-66'], right: 'ERR_XMPP_TERMINATED', says: /item-not-found/ },
]

const SIGN_UP: readonly Row[] = [
  { dialogues: ['lib-signup-ok'], call: 'sign-up', right: 'lotte@localhost' },
  { dialogues: ['lib-signup-emoji-password'], call: 'sign-up', right: 'emoji1@localhost' },
  { dialogues: ['lib-signup-name-unassigned'], call: 'sign-up', right: 'ɂbc@localhost' },
  { dialogues: ['lib-signup-name-escaped'], call: 'sign-up', right: 'o\\27neil@localhost' },
  { dialogues: ['lib-signup-taken'], call: 'sign-up', right: 'username-taken' },
  { dialogues: ['lib-signup-weak'], call: 'sign-up', right: 'weak-password' },
  { dialogues: ['lib-signup-too-long-password'], call: 'sign-up', right: 'weak-password' },
  { dialogues: ['lib-signup-quick-2'], call: 'sign-up', clientIp: '203.0.113.7', right: 'rate-limited' },
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
]

const ACCOUNT: readonly Row[] = [
  { dialogues: ['lib-change-password'], call: 'change', typed: { password: 'Lotte#2031 blau' }, right: 'done' },
  { dialogues: ['lib-change-password-weak'], call: 'change', right: 'weak-password' },
  {
    dialogues: ['lib-change-password-wrong'],
    call: 'change',
    typed: { password: 'nope' },
    fields: { password: 'Lotte#2033 x' },
    right: NO,
  },
  { dialogues: ['password-change-and-unregister'], call: 'change', right: 'done', differs: RESOURCE },
  { dialogues: ['lib-remove'], call: 'remove', typed: { password: 'Lotte#2032 rot' }, right: 'done' },
  {
    dialogues: ['unregister', 'lib-unknown-plain'],
    call: 'remove',
    right: 'done',
    differs: [...RESOURCE, ...OTHER_NAME],
  },
  { dialogues: ['lib-remove-wrong'], call: 'remove', typed: { password: 'nope' }, right: NO },
]

judge('metronome', [...LOGINS, ...PASSWORDS, ...FAULTS, ...SIGN_UP, ...ACCOUNT])
