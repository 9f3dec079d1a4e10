import { domainToASCII } from 'node:url'
import type { Request, RequestHandler } from 'express'
import { prepareUsername, type UsernameOptions, XmppBoshError } from 'passport-xmpp-bosh'
import { StoreError } from '../stores/store-error'
import type { Log } from './log'

/** The events in the log, with their level and their message. docs/operating.md has the same table. */
export const EVENTS = {
  login: ['info', 'a visitor signed in'],
  'login-refused': ['warn', 'a login was refused'],
  'login-failed': ['warn', 'a login failed, and its outcome is unknown'],
  'confirm-started': ['info', 'a visitor asked to sign in with an XMPP app'],
  'confirm-granted': ['info', 'a person agreed to a sign-in in an XMPP app'],
  'confirm-denied': ['warn', 'a person refused a sign-in in an XMPP app'],
  'confirm-expired': ['info', 'a request to an XMPP app ended without an answer'],
  'confirm-refused': ['warn', 'a request to an XMPP app was refused'],
  'confirm-failed': ['warn', 'a request to an XMPP app could not be sent'],
  'confirm-stopped': ['warn', 'a person ended all sessions of an account in an XMPP app'],
  'lock-out': ['warn', 'an attempt was refused after too many others'],
  'role-refused': ['warn', 'a visitor asked for a page without its role'],
  'sign-up': ['info', 'an account was created'],
  'sign-up-refused': ['warn', 'a sign-up was refused'],
  'sign-up-failed': ['warn', 'a sign-up failed, and its outcome is unknown'],
  'password-changed': ['info', 'a password was changed'],
  'password-refused': ['warn', 'a change of a password was refused'],
  'password-failed': ['warn', 'a change of a password failed, and its outcome is unknown'],
  'account-removed': ['info', 'an account was removed'],
  'removal-refused': ['warn', 'the removal of an account was refused'],
  'removal-failed': ['warn', 'the removal of an account failed, and its outcome is unknown'],
  'signed-out': ['info', 'a visitor signed out'],
  'session-ended': ['info', 'a visitor ended another session of the account'],
  'signed-out-everywhere': ['info', 'all sessions of an account were ended'],
  'sign-out-refused': ['warn', 'signing out everywhere was refused'],
  'sign-out-failed': ['warn', 'signing out everywhere failed'],
} as const satisfies Readonly<Record<string, readonly ['info' | 'warn', string]>>

export type EventName = keyof typeof EVENTS

/** An event beside its request. */
export interface Happening {
  /** {@link EventName}, or an event of the app that the site is in */
  readonly event: string
  /** `ok`, a code of the library, or one of {@link OWN_OUTCOMES}; never input of a visitor */
  readonly outcome: string
}

/** Outcomes that are not codes of the library, with their meaning. */
export const OWN_OUTCOMES = {
  ok: 'the event happened',
  account: 'the limit for one account from one address is used up',
  address: 'the limit for one address is used up',
  'sign-up': 'the limit of sign-up forms for one address is used up',
  confirm: 'the limit of requests to XMPP apps for one address is used up',
  number: 'the person answered with the number',
  dialog: 'the person agreed in a dialog',
  code: 'the person sent the code',
  store: 'the store cannot be used',
  unexpected: 'any other error, which the log has under the same id',
} as const

export interface Details {
  /** default: `ok` */
  readonly outcome?: string
  /** user name as typed */
  readonly typed?: unknown
  /** bare JID of the account, if the visitor is signed in to it or has just created it */
  readonly jid?: string | undefined
}

/** Stands for a name that cannot be an account: it may be anything, even a password in the wrong field. */
export const UNUSABLE = 'unusable'
const MAX_USER_LENGTH = 256

const KEY = 'recordEvent'

type RecordEvent = (event: EventName, details: Details) => void

export interface EventOptions {
  readonly log: Log
  /** options that a login prepares a user name with */
  readonly names: UsernameOptions
  readonly listener?: ((happening: Happening) => void) | undefined
}

/** Prepares each request for {@link logEvent}. Comes after the request has its id. */
export function recordEvents({ log, names, listener }: EventOptions): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    const record: RecordEvent = (event, { outcome = 'ok', typed, jid }) => {
      const [level, message] = EVENTS[event]
      const ms = Math.round(performance.now() - startedAt)
      const user = jid === undefined ? accountOf(typed, names) : printable(jid)
      // The filter of fail2ban relies on this order: text that a visitor chose comes after the address.
      log[level](
        {
          event,
          // A proxy may send anything.
          address: req.ip ?? 'unknown',
          outcome,
          ...(user !== undefined && { user: user.slice(0, MAX_USER_LENGTH) }),
          ms,
          id: req.id,
        },
        message,
      )
      listener?.({ event, outcome })
    }
    res.locals[KEY] = record
    next()
  }
}

/** Writes a line for an event, with the address and the id of its request. */
export function logEvent(req: Request, event: EventName, details: Details = {}): void {
  const record = req.res?.locals[KEY] as RecordEvent | undefined
  record?.(event, details)
}

/** Writes a line for an event that no request caused: a person ended the sessions of an account in an XMPP app. */
export function logStop(log: Log, jid: string, listener: EventOptions['listener']): void {
  const event = 'confirm-stopped'
  const [level, message] = EVENTS[event]
  log[level]({ event, outcome: 'ok', user: printable(jid).slice(0, MAX_USER_LENGTH) }, message)
  listener?.({ event, outcome: 'ok' })
}

/** Names the outcome of an operation that threw, without its text. */
export function outcomeOf(reason: unknown): string {
  if (XmppBoshError.is(reason)) return reason.code
  return reason instanceof StoreError ? 'store' : 'unexpected'
}

/** Returns the JID of the account that a text names, {@link UNUSABLE} if it names none, or `undefined` for no text. */
function accountOf(typed: unknown, { domain, maxUsernameBytes }: UsernameOptions): string | undefined {
  if (typed === undefined) return undefined
  const name = typeof typed === 'string' ? prepareUsername(typed, { domain, maxUsernameBytes }) : undefined
  if (name === undefined) return UNUSABLE
  return printable(domain === undefined ? name : `${name}@${domainToASCII(domain)}`)
}

// A prepared name has none of these characters. Should one pass, it must not move or hide the rest of the line.
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Z}]/gu, '?')
}
