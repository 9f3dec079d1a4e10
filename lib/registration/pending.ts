import { XmppBoshError } from '../errors/error'
import type { Asked } from './refusals'

/** Words for a request that ended without a reply: they say what may be true of the account. */
const UNANSWERED: Readonly<Record<Exclude<Asked['request'], 'form'>, string>> = {
  'sign-up':
    'the server did not answer the sign-up; Openfire answers nothing when registration is closed; the account may exist',
  password: 'the server did not answer the change; the old or the new password is valid',
  removal: 'the server did not answer the removal; the account may be gone',
}

/** Request of registration, and its progress. */
export interface Pending {
  readonly asked: Asked
  /** true from the moment the request is sent until its reply: an end in between says nothing of the account */
  isOpen: boolean
}

/** Returns a request that is not sent yet. */
export function pending(asked: Asked): Pending {
  return { asked, isOpen: false }
}

/**
 * Returns the error of a request that ended with `reason`. If the request was sent and not answered, the message says
 * so. Code, condition and cause stay.
 */
export function unanswered(reason: unknown, { asked, isOpen }: Pending): unknown {
  if (!isOpen || !XmppBoshError.is(reason) || reason.code === 'ERR_XMPP_ABORTED') return reason
  if (asked.request === 'form') return reason // it changes nothing
  return explained(reason, UNANSWERED[asked.request])
}

/** Returns `error` with `words` in parentheses behind its message. */
export function explained({ code, message, condition, cause }: XmppBoshError, words: string): XmppBoshError {
  return new XmppBoshError(code, `${message} (${words})`, { cause, ...(condition !== undefined && { condition }) })
}
