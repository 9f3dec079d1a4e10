import type { XmppBoshErrorCode } from '../errors/statuses'
import type { Mechanism } from '../sasl/mechanism-names'

/**
 * Part of a message that every channel has. The object is the same from start to end; the end fills it in.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel'
 * import type { OperationMessage } from 'passport-xmpp-bosh'
 *
 * function count(message: OperationMessage): void {
 *   console.log(message.code, message.duration)
 * }
 *
 * for (const name of ['login', 'registration', 'connection']) {
 *   tracingChannel(`passport-xmpp-bosh:${name}`).asyncEnd.subscribe(message => count(message as OperationMessage))
 * }
 * ```
 */
export interface OperationMessage {
  /** configured XMPP domain, as A-labels */
  readonly domain: string
  /** origin and path of the BOSH URL, without its query; absent while none of several is chosen */
  service?: string
  /** at the end: `'ok'`, the code of the {@link XmppBoshError}, or `'unexpected'` for any other error */
  code?: XmppBoshErrorCode | 'ok' | 'unexpected'
  /** at the end of a failure: status of the {@link XmppBoshError}, or 500 */
  status?: number
  /** at the end: ms since the start, with all waiting */
  duration?: number
  /** at the end of a failure: what the caller gets */
  error?: unknown
}

/**
 * Message of channel `passport-xmpp-bosh:login`: one call of {@link Authenticator.authenticate}.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel'
 * import type { LoginMessage } from 'passport-xmpp-bosh'
 *
 * tracingChannel('passport-xmpp-bosh:login').asyncEnd.subscribe(message => {
 *   const { code, jid, duration } = message as LoginMessage
 *   console.log(`login ${code} ${jid ?? ''} ${Math.round(duration ?? 0)} ms`)
 * })
 * ```
 */
export interface LoginMessage extends OperationMessage {
  /** at the end of a success: SASL mechanism with which the server checked the password */
  mechanism?: Mechanism
  /** at the end of a success: bare JID; a failure never names the account */
  jid?: string
}

/**
 * Message of channel `passport-xmpp-bosh:registration`: one call of a method of {@link Registration}.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel'
 * import type { RegistrationMessage } from 'passport-xmpp-bosh'
 *
 * tracingChannel('passport-xmpp-bosh:registration').asyncEnd.subscribe(message => {
 *   const { operation, code, jid } = message as RegistrationMessage
 *   console.log(operation, code, jid) // submit ok bob@example.com
 * })
 * ```
 */
export interface RegistrationMessage extends OperationMessage {
  /** name of the method */
  readonly operation: 'form' | 'submit' | 'changePassword' | 'remove'
  /** at the end of a success, but not of `form`: bare JID of the account */
  jid?: string
}

/**
 * Message of channel `passport-xmpp-bosh:connection`: one try to open a BOSH session on one service. After a failure, a
 * login with several services tries the next.
 *
 * @example
 * ```ts
 * import { tracingChannel } from 'node:diagnostics_channel'
 * import type { ConnectionMessage } from 'passport-xmpp-bosh'
 *
 * tracingChannel('passport-xmpp-bosh:connection').asyncEnd.subscribe(message => {
 *   const { service, code } = message as ConnectionMessage
 *   if (code !== 'ok') console.warn(`${service} failed: ${code}`)
 * })
 * ```
 */
export interface ConnectionMessage extends OperationMessage {
  readonly service: string
}

/**
 * Message of channel `passport-xmpp-bosh:confirmation`: an event of one request of {@link Confirmations}. It holds no number
 * and no code.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * import type { ConfirmationMessage } from 'passport-xmpp-bosh'
 *
 * subscribe('passport-xmpp-bosh:confirmation', message => {
 *   const { event, decision, way, jid } = message as ConfirmationMessage
 *   if (event === 'decided') console.log(`confirmation ${decision} ${way ?? ''} ${jid ?? ''}`)
 * })
 * ```
 */
export interface ConfirmationMessage {
  /**
   * `started` by a visitor; `decided` by an answer; `bounced`: a question came back; `failed`: the store, the service account
   * or a function of the app threw while a message was worked on
   */
  readonly event: 'started' | 'decided' | 'bounced' | 'failed'
  /** of `started` and `bounced`: fate of the question */
  readonly asked?: 'sent' | 'limited' | 'blocked' | 'unreachable' | 'not-asked'
  /** of `started`: true if the question holds a dialog */
  readonly isDialog?: boolean
  /** of `decided` */
  readonly decision?: 'granted' | 'denied'
  /** of a decision that granted */
  readonly way?: 'number' | 'dialog' | 'code' | undefined
  /** of a decision that granted: bare JID; others never name the account */
  readonly jid?: string | undefined
  /** of `decided`: ms since the start */
  readonly duration?: number
  /** of `failed`: code of the {@link XmppBoshError}, or `'unexpected'` for any other error */
  readonly code?: XmppBoshErrorCode | 'unexpected'
}

/**
 * Message of channel `passport-xmpp-bosh:service-account`: a change of the state of a {@link ServiceAccount}, or a listener
 * that failed. This channel is a plain one, without start and end.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * import type { ServiceAccountMessage } from 'passport-xmpp-bosh'
 *
 * subscribe('passport-xmpp-bosh:service-account', message => {
 *   const { jid, state, code, retryIn } = message as ServiceAccountMessage
 *   console.log(jid, state, code ?? '', retryIn ?? '') // login@example.com connecting ERR_XMPP_CONNECT 250
 * })
 * ```
 */
export interface ServiceAccountMessage {
  /** bare JID of the account */
  readonly jid: string
  /** configured XMPP domain, as A-labels */
  readonly domain: string
  /** origin and path of the BOSH URL of the session, without its query; absent while there is none */
  readonly service?: string
  /** state of the account from now on */
  readonly state: 'connecting' | 'online' | 'closed'
  /** reason of a lost session or a failed login: the code of the {@link XmppBoshError}, or `'unexpected'` */
  readonly code?: XmppBoshErrorCode | 'unexpected'
  /** the error itself */
  readonly error?: unknown
  /** ms until the next login */
  readonly retryIn?: number
}

/**
 * Fault of a room that stands for a role: there is none (`not-found`), its service does not answer as it should
 * (`unavailable`), the room is `not-persistent`, `not-members-only` or `anonymous`, it has `other-owners` than the
 * configuration, or owners that this account cannot read (`owners-unread`), an answer is not complete (`malformed`), or the
 * account of a {@link RoleReader} may read none of its lists (`forbidden`).
 *
 * @example
 * ```ts
 * import type { RoomRefusal } from 'passport-xmpp-bosh'
 *
 * // The room was made again, perhaps by a stranger: alert the operator.
 * export const ALERTS: readonly RoomRefusal[] = ['not-found', 'other-owners']
 * ```
 */
export type RoomRefusal =
  | 'not-found'
  | 'unavailable'
  | 'not-persistent'
  | 'not-members-only'
  | 'anonymous'
  | 'other-owners'
  | 'owners-unread'
  | 'malformed'
  | 'forbidden'

/**
 * Message of channel `passport-xmpp-bosh:roles`: a room of a role was refused, or could not be read, or gives the role to
 * others than before. This channel is a plain one, without start and end.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * import type { RolesMessage } from 'passport-xmpp-bosh'
 *
 * subscribe('passport-xmpp-bosh:roles', message => {
 *   const { event, role, room, reason } = message as RolesMessage
 *   if (event === 'refused') console.error(`no account has role ${role}: ${room} is ${reason}`)
 * })
 * ```
 */
export interface RolesMessage {
  /**
   * `refused`: the room gives no role, or a list of it does not count; `unread`: a {@link RoleReader} got no answer;
   * `changed`: it saw accounts gain or lose the role
   */
  readonly event: 'refused' | 'unread' | 'changed'
  /** name of the role */
  readonly role: string
  /** bare JID of the room */
  readonly room: string
  /** of `refused` */
  readonly reason?: RoomRefusal
  /** of `unread`: code of the {@link XmppBoshError}, or `'unexpected'` for any other error */
  readonly code?: XmppBoshErrorCode | 'unexpected'
  /** of `unread`: the error itself */
  readonly error?: unknown
  /** of `changed`: bare JIDs that have the role now */
  readonly granted?: readonly string[]
  /** of `changed`: bare JIDs that had it before */
  readonly revoked?: readonly string[]
}
