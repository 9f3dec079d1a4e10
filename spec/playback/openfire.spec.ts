import { judge, OTHER_PROOF, RESOURCE, type Row } from './judge'

const yes = (name: string, mechanism = 'PLAIN') => `${name}@openfire.test by ${mechanism}`
const NO = 'invalid-credentials'

/** Differences of a sign-up: the library sends the name as the server stores it. */
const FOLDED_NAME = ['/body/iq/query/x/field/value: another text']

const LOGINS: readonly Row[] = [
  { dialogues: ['full-login-plain'], right: yes('user1'), differs: RESOURCE },
  { dialogues: ['scram-sha-1-ok'], right: yes('user1', 'SCRAM-SHA-1') },
  { dialogues: ['scram-sha-1-https'], right: yes('user1', 'SCRAM-SHA-1') },
  { dialogues: ['plain-wrong-password'], right: NO },
  { dialogues: ['plain-unknown-user'], right: NO },
  { dialogues: ['scram-sha-1-wrong'], typed: { password: 'no' }, right: NO },
  { dialogues: ['scram-sha-1-unknown-user'], typed: { password: 'no' }, right: NO },
  { dialogues: ['scram-iterations-after-change'], typed: { password: 'no' }, right: NO },
  { dialogues: ['scram-iterations-after-change'], from: 1, typed: { password: 'no' }, right: NO },
  { dialogues: ['plain-retry-after-failure'], right: NO },
  { dialogues: ['plain-many-failures-one-session'], right: NO },
  { dialogues: ['rid-repeat'], right: yes('user1') },
]

const BLOCKED: readonly Row[] = [
  { dialogues: ['locked-out-account'], right: NO },
  { dialogues: ['locked-out-account'], from: 1, right: NO },
  { dialogues: ['locked-out-account'], from: 2, typed: { password: 'secret' }, right: 'account-disabled' },
  { dialogues: ['locked-out-account'], from: 3, typed: { password: 'no' }, right: NO },
  { dialogues: ['locked-out-before-bind'], right: yes('locked') },
]

const NAMES: readonly Row[] = [
  { dialogues: ['plain-dotless-i'], right: yes('ışık') },
  { dialogues: ['plain-escaped-name'], right: yes('o\\27neil') },
  { dialogues: ['plain-emoji-password'], right: yes('emoji') },
  { dialogues: ['plain-long-name-64'], right: yes('a'.repeat(64)) },
  { dialogues: ['plain-long-name-1023'], right: NO },
  { dialogues: ['plain-long-password'], right: yes('longpw') },
  { dialogues: ['plain-password-utf8'], right: yes('müller') },
  // The server compares the proof with another name than the one it was sent.
  { dialogues: ['scram-name-with-comma'], typed: { password: 'secret' }, right: NO },
  { dialogues: ['scram-name-with-comma'], from: 1, right: yes('comma,name') },
  {
    dialogues: ['id-scram-jid'],
    typed: { username: 'user1' },
    right: NO,
    differs: ['/body/auth: another text', ...OTHER_PROOF],
  },
]

// RFC 6120 §6.4 and RFC 5802 §5: the element that comes again proves nothing new, and the proof is still to come.
const GIVEN_TWICE: readonly Row[] = [
  { dialogues: ['race-challenge-again'], right: yes('user1', 'SCRAM-SHA-1') },
  { dialogues: ['race-plain-success-again-in-place-of-bind'], right: yes('user1') },
  { dialogues: ['race-success-again-in-place-of-bind'], right: yes('user1', 'SCRAM-SHA-1') },
  { dialogues: ['race-success-again-with-bind'], right: yes('user1') },
]

const FAULTS: readonly Row[] = [
  { dialogues: ['create-wrong-to'], right: 'ERR_XMPP_DOMAIN', says: /openfire\.test/ },
  { dialogues: ['create-sub-to'], right: 'ERR_XMPP_DOMAIN', says: /openfire\.test/ },
  { dialogues: ['fail-stop-mid-login'], right: 'ERR_XMPP_TERMINATED', says: /session is gone/ },
  { dialogues: ['rate-limit'], right: 'ERR_XMPP_HTTP', says: /limits new connections/ },
  { dialogues: ['mechs-none-in-common'], right: 'ERR_XMPP_MECHANISM' },
  { dialogues: ['mechs-plain-only'], mechanisms: ['SCRAM-SHA-1'], right: 'ERR_XMPP_MECHANISM', says: /offered PLAIN/ },
  { dialogues: ['mechs-scram-only'], mechanisms: ['PLAIN'], right: 'ERR_XMPP_MECHANISM', says: /offered SCRAM-SHA-1/ },
  { dialogues: ['auth-scram-sha-256'], right: 'ERR_XMPP_MECHANISM' },
]

const REGISTRATION: readonly Row[] = [
  { dialogues: ['ibr-form'], call: 'form', right: 'asks for username, name, email, password' },
  { dialogues: ['ibr-form', 'ibr-ok-form'], call: 'sign-up', right: 'carol@openfire.test' },
  { dialogues: ['ibr-form', 'ibr-one-letter-password'], call: 'sign-up', right: 'frank@openfire.test' },
  {
    dialogues: ['ibr-form', 'ibr-uppercase-name'],
    call: 'sign-up',
    right: 'grace@openfire.test',
    differs: FOLDED_NAME,
  },
  { dialogues: ['ibr-form', 'ibr-conflict'], call: 'sign-up', right: 'username-taken' },
  { dialogues: ['ibr-form', 'ibr-long-name'], call: 'sign-up', right: 'malformed-credentials' },
  {
    dialogues: ['ibr-form', 'ibr-blank-password'],
    call: 'sign-up',
    right: 'missing-credentials',
    sends: ['creation', 'form', 'terminate'],
  },
  {
    dialogues: ['ibr-form', 'ibr-empty-password'],
    call: 'sign-up',
    right: 'missing-credentials',
    sends: ['creation', 'form', 'terminate'],
  },
  { dialogues: ['ibr-closed-form'], call: 'form', right: 'registration-closed' },
  { dialogues: ['ibr-form', 'ibr-closed-submit'], call: 'sign-up', right: 'registration-closed' },
  { dialogues: ['password-change'], call: 'change', right: 'done' },
  { dialogues: ['ibr-closed-password-change'], call: 'change', right: 'done' },
  { dialogues: ['password-change-not-allowed'], call: 'change', right: 'registration-closed' },
  { dialogues: ['password-change-empty'], call: 'change', right: 'missing-credentials', sends: [] },
  { dialogues: ['remove-account'], call: 'remove', right: 'done' },
  { dialogues: ['ibr-closed-remove'], call: 'remove', right: 'registration-closed' },
]

judge('openfire', [...LOGINS, ...BLOCKED, ...NAMES, ...GIVEN_TWICE, ...FAULTS, ...REGISTRATION])
