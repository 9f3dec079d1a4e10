import { MAX_HOLD_MS } from '../../confirm/limits'
import type { ConfirmVisitor } from '../../confirm/options'
import type { ConfirmView } from '../../confirm/view'
import { XmppBoshError } from '../../errors/error'
import { parsePreparedJid, prepareConfiguredDomain, prepareLocalpart, splitJid } from '../../jid'
import { MAX_CANCELLED } from '../../limits'
import { type Action, actionOfVerify } from '../action'
import { visitorAddress, watchVisitor } from '../visitor'
import type { ConfirmAuthenticateOptions, ConfirmRequest } from './common-options'
import { confirmMessagesOf, confirmOutcomeOf } from './outcome'
import { forget, remember, renewed, sessionOf, startedIn } from './session'
import { assertConfirmMessages, type ConfirmSettings } from './settings'

/** RFC 9110 §15.4.4: the answer to a form is another page, which is asked for by GET. */
const SEE_OTHER = 303

/** Starts or finishes a sign-in, and returns the action to call. Never rejects. */
export async function confirmActionFor<Req extends object>(
  settings: ConfirmSettings<Req>,
  req: Req,
  options: object | undefined,
): Promise<Action> {
  let messages: ConfirmAuthenticateOptions['messages']
  try {
    const given = (options ?? {}) as ConfirmAuthenticateOptions
    messages = given.messages
    assertConfirmMessages(messages)
    return stepOf(given.step, req) === 'start' ? await start(settings, req) : await finish(settings, req)
  } catch (reason) {
    try {
      return confirmOutcomeOf(reason, confirmMessagesOf(settings.messages, messages), settings.handleErrorsAsFailures)
    } catch {
      // A getter or a proxy of the app's threw.
      return { action: 'error', error: reason }
    }
  }
}

function stepOf(step: unknown, { method }: ConfirmRequest): 'start' | 'finish' {
  if (step === 'start' || step === 'finish') return step
  if (step !== undefined) throw new TypeError("option `step` must be 'start' or 'finish'")
  return method === 'GET' || method === 'HEAD' ? 'finish' : 'start'
}

async function start<Req extends object>(settings: ConfirmSettings<Req>, req: Req): Promise<Action> {
  const { sessionKey, waitUrl } = settings
  const before = startedIn(sessionOf(req), sessionKey)
  const confirmations = await settings.confirmationsFor(req)
  const jid = typedJid(await settings.lookup(req))
  const visitor = await visitorOf(settings, req, jid)
  const { id } = await confirmations.start(jid === undefined ? { visitor } : { jid, visitor })
  try {
    await remember(await renewed(req), sessionKey, id)
  } catch (reason) {
    // The visitor cannot come back to it.
    await confirmations.cancel(id)
    throw reason
  }
  // Of two tabs, the last one counts. The page of the first wakes up here, and finds the new request in its session.
  if (before !== undefined) await confirmations.cancel(before)
  return { action: 'redirect', url: waitUrl, status: SEE_OTHER }
}

/** Returns the typed JID; `undefined`: the visitor left the field empty. */
function typedJid(typed: unknown): string | undefined {
  if (typed === undefined || typed === null) return undefined
  if (typeof typed !== 'string') throw new XmppBoshError('malformed-jid', 'the typed JID is not a text')
  return typed.trim() === '' ? undefined : typed
}

async function visitorOf<Req extends object>(
  settings: ConfirmSettings<Req>,
  req: Req,
  jid: string | undefined,
): Promise<ConfirmVisitor> {
  const key = visitorAddress(req as ConfirmRequest)
  const place = settings.describe ? settings.describe(req) : key
  const language = settings.language?.(req)
  const prepared = jid === undefined ? undefined : preparedJid(jid)
  const dialog = prepared !== undefined && (await settings.dialog(req, prepared)) === true
  return {
    dialog,
    ...(key !== undefined && { key }),
    ...(place !== undefined && { place }),
    ...(language !== undefined && { language }),
  }
}

/** Returns the bare JID of a typed one, as the request will have it; `undefined` if `start` is going to refuse it. */
function preparedJid(typed: string): string | undefined {
  const { local = '', domain } = splitJid(typed.trim())
  const [name, ascii] = [prepareLocalpart(local), prepareConfiguredDomain(domain)?.ascii]
  return name && ascii ? `${name}@${ascii}` : undefined
}

async function finish<Req extends object>(settings: ConfirmSettings<Req>, req: Req): Promise<Action> {
  const session = sessionOf(req)
  const { sessionKey, waitUrl } = settings
  const id = startedIn(session, sessionKey)
  if (id === undefined) throw expired()
  const confirmations = await settings.confirmationsFor(req)
  const view = await confirmations.waiting(id)
  if (view?.state === 'waiting') return { action: 'redirect', url: waitUrl, status: SEE_OTHER }
  const record = view && (await confirmations.take(id))
  forget(session, sessionKey)
  if (!record) throw settings.cancelled.has(id) ? denied() : expired()
  const account = record.state === 'granted' && record.jid !== undefined ? parsePreparedJid(record.jid) : undefined
  if (!account || record.way === undefined) throw denied()
  const { local: username, domain } = account
  const proof = { mechanism: 'xmpp-confirm', way: record.way }
  const answer = await actionOfVerify(settings.verify, req, { username, domain }, proof)
  // A refused visitor is told nothing in the chat.
  if (answer.action === 'success' && !(await confirmations.signedIn(record))) throw denied()
  return answer
}

function denied(): XmppBoshError {
  return new XmppBoshError(
    'confirm-denied',
    'the sign-in was answered with no or with a wrong number, or was cancelled',
  )
}

function expired(): XmppBoshError {
  return new XmppBoshError('confirm-expired', 'this session has no sign-in that waits: its time is over, or it is used')
}

/** Returns the view of the request that was started in the visitor's session, after `hold` ms or when it is decided. */
export async function waitingFor<Req extends object>(
  settings: ConfirmSettings<Req>,
  req: Req,
  hold: number,
): Promise<ConfirmView | undefined> {
  if (!Number.isInteger(hold) || hold < 0 || hold > MAX_HOLD_MS) {
    throw new TypeError(`\`hold\` must be an integer from 0 to ${MAX_HOLD_MS}`)
  }
  const id = startedIn(sessionOf(req), settings.sessionKey)
  if (id === undefined) return undefined
  const confirmations = await settings.confirmationsFor(req)
  if (hold === 0) return confirmations.waiting(id)
  const { signal, release } = watchVisitor((req as ConfirmRequest).socket)
  try {
    return await confirmations.settled(id, hold, signal)
  } finally {
    release()
  }
}

/** Cancels the request that was started in the visitor's session, if there is one. */
export async function cancelFor<Req extends object>(settings: ConfirmSettings<Req>, req: Req): Promise<void> {
  const id = startedIn(sessionOf(req), settings.sessionKey)
  if (id === undefined) return
  const confirmations = await settings.confirmationsFor(req)
  await confirmations.cancel(id)
  const { cancelled } = settings
  cancelled.add(id)
  const [oldest] = cancelled
  if (cancelled.size > MAX_CANCELLED && oldest !== undefined) cancelled.delete(oldest)
}
