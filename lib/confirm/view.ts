import type { BareJid } from '../jid'
import { AnySignal } from '../time/combined-signals'
import { type AbortSignalLike, LightSignal } from '../time/light-signal'
import { MAX_HOLD_MS } from './limits'
import { displayCode } from './secrets'
import type { AskedState, ConfirmRecord, ConfirmStore, ConfirmWay } from './store'

/**
 * State of a request for the page of the browser that started it.
 *
 * @example
 * ```ts
 * import type { ConfirmView } from 'passport-xmpp-bosh'
 *
 * export function headlineOf({ state, granted, number }: ConfirmView): string {
 *   if (state === 'waiting') return `Answer with ${number}`
 *   return granted ? 'Signing you in …' : 'You refused.'
 * }
 * ```
 */
export interface ConfirmView {
  /** `waiting` for an answer, or `decided` */
  readonly state: 'waiting' | 'decided'
  /** bare JID that was typed or that sent the code */
  readonly jid?: string
  /** number to answer with: two digits, or three if the visitor typed no JID */
  readonly number: string
  /** code to send, such as `K7QF-92TD`; absent if option `code` is false */
  readonly code?: string
  /** link that opens a chat with the code filled in: `xmpp:login@example.com?message;type=chat;body=K7QF-92TD` */
  readonly link?: string
  /** bare JID of the service account */
  readonly bot: string
  /** fate of the question; show one text for all but `sent`, which does not tell who exists */
  readonly asked: AskedState
  /** ms since 1970 */
  readonly expiresAt: number
  /** when decided: true if the person agreed */
  readonly granted?: boolean
  /** when granted: how */
  readonly way?: ConfirmWay
}

/** Returns the view of a request. */
export function viewOf(record: ConfirmRecord, bot: BareJid): ConfirmView {
  const { state, jid, number, code, asked, expiresAt, way } = record
  const shown = code === '' ? undefined : displayCode(code)
  return {
    state: state === 'waiting' ? 'waiting' : 'decided',
    ...(jid !== undefined && { jid }),
    number,
    // RFC 5122 §2.2: what a localpart may hold and a URI may not is escaped.
    ...(shown !== undefined && {
      code: shown,
      link: `xmpp:${encodeURIComponent(bot.local)}@${bot.domain}?message;type=chat;body=${shown}`,
    }),
    bot: `${bot.local}@${bot.domain}`,
    asked,
    expiresAt,
    ...(state !== 'waiting' && { granted: state === 'granted' }),
    ...(way !== undefined && { way }),
  }
}

/** Returns the view of a request when it is decided, is over, or its question came back, or `ms` later at the latest. */
export async function settledView(
  store: ConfirmStore,
  bot: BareJid,
  { id, ms, signal }: { id: string; ms: number; signal: AbortSignalLike | undefined },
): Promise<ConfirmView | undefined> {
  const look = async () => {
    const record = await store.get(id)
    return record && viewOf(record, bot)
  }
  // Listens first: a decision between the look and the wait would be missed.
  const looked = new LightSignal()
  const either = new AnySignal(looked, ...(signal ? [signal] : []))
  try {
    const change = store.changed(id, Math.min(ms, MAX_HOLD_MS), either)
    const view = await look()
    if (view?.state !== 'waiting') {
      looked.abort()
      await change
      return view
    }
    await change
    return await look()
  } finally {
    either.release()
  }
}
