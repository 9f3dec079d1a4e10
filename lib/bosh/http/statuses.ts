import { XmppBoshError } from '../../errors/error'
import { prepareConfiguredDomain } from '../../jid'
import { urlOf } from '../../options/url'
import { addressOf } from './errors'

/** Circumstances of a reply with a status other than 200. */
export interface StatusContext {
  readonly url: URL
  readonly status: number
  /** value of the header `Location` */
  readonly location?: string | undefined
  /** the request belongs to a session that the server has created */
  readonly isInSession: boolean
}

const NOT_FOUND = 'no BOSH is at this path; is option `service` the BOSH URL?'
const BEHIND = 'a proxy answers, but the XMPP server behind it does not'
const FAILED = 'the server, or a proxy in front of it, failed; its log says why'

/** Meanings before a session exists: the URL may be wrong. */
const AT_THE_URL: ReadonlyMap<number, string> = new Map([
  [400, 'the request is not understood; is option `service` the BOSH URL, and its scheme that of the port?'],
  [403, 'a rule refuses the request, or the server limits new connections (Openfire)'],
  [404, NOT_FOUND],
  [405, 'this path takes no POST; is option `service` the BOSH URL?'],
  [410, NOT_FOUND],
  [421, 'the web server does not serve this host; see options `service` and `tls.servername`'],
])
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [401, 'a proxy in front of the server asks for a login of its own'],
  [407, 'a proxy asks for a login of its own; see option `agent`'],
  [413, 'the request is too large for a proxy in front of the server'],
  [429, 'a limit of requests is reached; look for it in front of the server'],
  [502, BEHIND],
  [503, BEHIND],
  [504, BEHIND],
])

/** Statuses that may be about the one address that asks (RFC 9110 §15.5, RFC 6585 §4). */
const ABOUT_ADDRESS: readonly number[] = [401, 403, 429]
const refused = new WeakSet<XmppBoshError>()

/** Returns true for the error of a reply that may refuse one address, and says nothing of the others. */
export function mayRefuseOneAddress(error: XmppBoshError): boolean {
  return refused.has(error)
}

/**
 * Returns the error for a reply with a status other than 200 and without a BOSH body. XEP-0124 §17.1 gives 400, 403 and
 * 404 a meaning within a session. Before it exists they say what they say on the web.
 */
export function statusError(context: StatusContext): XmppBoshError {
  const error = meant(context)
  if (ABOUT_ADDRESS.includes(context.status)) refused.add(error)
  return error
}

function meant(context: StatusContext): XmppBoshError {
  const { url, status, isInSession } = context
  const said = `${addressOf(url)} answered with HTTP status ${status}`
  if (isInSession) {
    const text = `${said} within a session`
    // Without a condition: a firewall for web applications answers 403, too, and that is not a ban of the XMPP server.
    if (status === 403) return new XmppBoshError('ERR_XMPP_POLICY', `${text}: a rule or a limit refuses the request`)
    if (status === 404) {
      return new XmppBoshError('ERR_XMPP_TERMINATED', `${text}: ${SESSION_IS_GONE}`, { condition: 'item-not-found' })
    }
    if (status === 400) {
      return new XmppBoshError('ERR_XMPP_TERMINATED', `${text}: bad-request`, { condition: 'bad-request' })
    }
  }
  const meaning = status >= 300 && status < 400 ? redirectMeaning(context) : meaningOf(status, isInSession)
  return new XmppBoshError('ERR_XMPP_HTTP', meaning === undefined ? said : `${said}: ${meaning}`)
}

/** Causes of a session that the server does not know any more. */
export const SESSION_IS_GONE =
  'the session is gone; it took too long, the server was restarted, or a load balancer sent the request to another node'

function meaningOf(status: number, isInSession: boolean): string | undefined {
  const atTheUrl = isInSession ? undefined : AT_THE_URL.get(status)
  return atTheUrl ?? MEANINGS.get(status) ?? (status >= 500 ? FAILED : undefined)
}

// Neither path nor query: they can hold secrets. Within a session not even the host: what was sent could be in its name.
function redirectMeaning({ url, location, isInSession }: StatusContext): string {
  const where = isInSession ? undefined : placeOf(url, location)
  return `a redirect${where === undefined ? '' : ` to ${where}`}, and redirects are not followed; correct option \`service\``
}

function placeOf(url: URL, location: string | undefined): string | undefined {
  const target = location ? urlOf(location, url) : undefined
  if (target?.protocol !== 'https:' && target?.protocol !== 'http:') return undefined
  const { protocol, hostname, port, origin } = target
  if (origin === url.origin) return 'another path of the same origin'
  const host = prepareConfiguredDomain(hostname)?.ascii
  return host === undefined ? undefined : `${protocol}//${host}${port && `:${port}`}`
}
