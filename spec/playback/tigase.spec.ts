import { judge, OTHER_NAME, RESOURCE, type Row } from './judge'

const yes = (name: string, mechanism = 'PLAIN') => `${name}@tigase.test by ${mechanism}`
const NO = 'invalid-credentials'

/** The form and the answer were recorded apart, so they belong to two captchas. */
const OTHER_CAPTCHA = ['/body/iq/query/x/field/value: another text']

// The features come with the second reply in every dialogue.
const LOGINS: readonly Row[] = [
  {
    dialogues: ['lib-login-plain'],
    right: yes('user1'),
    sends: ['creation', 'empty', 'auth', 'restart', 'bind', 'terminate'],
  },
  { dialogues: ['lib-login-scram-sha-1'], right: yes('user1', 'SCRAM-SHA-1') },
  { dialogues: ['lib-login-scram-sha-256'], right: yes('user1', 'SCRAM-SHA-256') },
  { dialogues: ['scram-sha-512-ok'], bind: false, right: yes('user1', 'SCRAM-SHA-512') },
  { dialogues: ['full-login-plain'], right: yes('user1'), differs: RESOURCE },
  { dialogues: ['lib-wrong-plain'], right: NO },
  { dialogues: ['lib-wrong-scram-sha-1'], typed: { password: 'nope' }, right: NO },
  { dialogues: ['lib-wrong-scram-sha-256'], typed: { password: 'nope' }, right: NO },
  { dialogues: ['lib-unknown-plain'], right: NO },
  { dialogues: ['lib-unknown-scram-sha-1'], right: NO },
  { dialogues: ['lib-unknown-scram-sha-256'], right: NO },
  // The account is bound as another client of it spelled the name.
  { dialogues: ['lib-identity-other-spelling-online'], right: yes('user1', 'SCRAM-SHA-256') },
  // The restart is done twice, and its features come again with the answer to bind.
  { dialogues: ['rid-repeat-lost-restart'], cuts: true, right: yes('user1'), differs: RESOURCE },
]

const BLOCKED: readonly Row[] = [
  ...['disabled', 'pending', 'banned', 'spam'].map(
    (status): Row => ({ dialogues: [`status-${status}-plain`], right: 'account-disabled' }),
  ),
  { dialogues: ['status-disabled-plain-wrong'], right: 'account-disabled' },
  { dialogues: ['status-disabled-scram'], right: 'account-disabled' },
  { dialogues: ['status-pending-scram'], right: 'account-disabled' },
  { dialogues: ['status-system-plain'], right: NO },
  { dialogues: ['status-system-scram'], right: NO },
]

const FAULTS: readonly Row[] = [
  { dialogues: ['create-wrong-to'], right: 'ERR_XMPP_DOMAIN', says: /host-unknown/ },
  { dialogues: ['create-to-is-a-component'], right: 'ERR_XMPP_DOMAIN', says: /host-unknown/ },
  { dialogues: ['create-port-not-allowed'], right: 'ERR_XMPP_POLICY', says: /policy-violation/ },
  { dialogues: ['idle-first-reply-only'], right: 'ERR_XMPP_TERMINATED', says: /item-not-found/ },
]

const REGISTRATION: readonly Row[] = [
  { dialogues: ['sign-up-form-email'], call: 'form', right: 'asks for username, password, email' },
  { dialogues: ['sign-up-plain-fields-form'], call: 'form', right: 'asks for username, password' },
  { dialogues: ['sign-up-per-second-form'], call: 'form', right: 'asks for username, password' },
  { dialogues: ['sign-up-captcha-form'], call: 'form', right: 'asks for username, password, email, qa' },
  { dialogues: ['sign-up-per-second-submit'], call: 'form', right: 'rate-limited' },
  { dialogues: ['sign-up-signed-form'], call: 'form', right: 'registration-closed' },
  { dialogues: ['sign-up-whitelist-form'], call: 'form', right: 'registration-closed' },
  { dialogues: ['registration-closed'], call: 'form', right: 'registration-closed' },
  { dialogues: ['sign-up-email-ok'], call: 'sign-up', right: 'new1@tigase.test' },
  { dialogues: ['sign-up-plain-fields-ok-despite-throttling'], call: 'sign-up', right: 'plainform5@tigase.test' },
  { dialogues: ['sign-up-captcha-ok'], call: 'sign-up', right: 'cap1@tigase.test' },
  { dialogues: ['sign-up-captcha-wrong'], call: 'sign-up', right: 'captcha-wrong' },
  {
    dialogues: ['sign-up-captcha-form', 'sign-up-captcha-too-late'],
    call: 'sign-up',
    right: 'captcha-wrong',
    differs: OTHER_CAPTCHA,
  },
  { dialogues: ['sign-up-name-taken'], call: 'sign-up', right: 'username-taken' },
  { dialogues: ['sign-up-max-users'], call: 'sign-up', right: 'registration-closed' },
  { dialogues: ['change-password'], call: 'change', right: 'done' },
  // No answer to a removal, only the end of the session. A login with the same password tells if the account is gone.
  {
    dialogues: ['full-login-plain', 'remove-account', 'lib-unknown-plain'],
    only: [0, 1, 2, 3, 4, 13, 14, 15, 16, 17],
    call: 'remove',
    right: 'done',
    differs: [...RESOURCE, ...OTHER_NAME],
  },
]

judge('tigase', [...LOGINS, ...BLOCKED, ...FAULTS, ...REGISTRATION])
