import { XmppBoshError } from '../../errors/error'
import { BoundedSessions } from '../../sessions/bounded-sessions'
import type { Element } from '../../xml/read'
import { adviceFor, causeOf, LAYERS, type Layer, statusIn } from '../advice'
import { type CheckContext, seenSoftware } from '../check-context'
import { withinDeadline } from '../deadline'
import { type Finding, ok, skipped, warn, wrong } from '../finding'
import { SLOW_MS } from '../limits'
import type { Target } from '../target'

/** Opens a session, which checks all {@link LAYERS}. Without `features` in the result, later checks cannot run. */
export async function connectionFindings(context: CheckContext): Promise<{ findings: Finding[]; features?: Element }> {
  const { target, sessions, clock, signal } = context
  const startedAt = clock.now()
  try {
    const opened = sessions.run({ signal }, async ({ features }) => ({ features, ms: clock.now() - startedAt }))
    const { features, ms } = await withinDeadline(signal, opened)
    return { features, findings: [...LAYERS.map(layer => passed(layer, target)), speedFinding(ms)] }
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    const failure = await failureFinding(error, context)
    const before = LAYERS.slice(0, LAYERS.indexOf(failure.id))
    return { findings: [...before.map(layer => passed(layer, target)), failure] }
  }
}

function passed(layer: Layer, { url, settings, isDomainGuessed }: Target): Finding {
  const isSecure = url.protocol === 'https:'
  switch (layer) {
    case 'name':
      return ok(layer, 'the host has an address')
    case 'connection':
      return ok(layer, 'the port accepts connections')
    case 'tls':
      return ok(layer, isSecure ? 'the port speaks TLS' : 'not used, as the URL says')
    case 'certificate':
      return isSecure ? ok(layer, 'valid, trusted, and for this host') : skipped(layer, 'not used without TLS')
    case 'redirect':
      return ok(layer, 'the URL does not redirect')
    case 'bosh':
      return ok(layer, 'the URL answers with BOSH')
    case 'ban':
      return ok(layer, 'this address is not banned')
    case 'domain':
      return ok(
        layer,
        `${settings.domain.wire} is served${isDomainGuessed ? ' (the host of the URL: no --domain was given)' : ''}`,
      )
  }
}

function speedFinding(ms: number): Finding {
  const summary = `opening a session took ${Math.round(ms)} ms`
  if (ms <= SLOW_MS) return ok('speed', summary)
  return warn(
    'speed',
    summary,
    'Every login waits this long. Check the load of the server, shapers and rate limits, and the name service.',
  )
}

async function failureFinding(error: XmppBoshError, context: CheckContext): Promise<Finding & { readonly id: Layer }> {
  const { target, transport } = context
  if (mayBeOtherScheme(error, target) && (await otherSchemeAnswers(context))) {
    return target.url.protocol === 'https:'
      ? wrong(
          'tls',
          'this port speaks HTTP without TLS',
          'Turn TLS on (on ejabberd `tls: true` on the listener), or use the port that has it. http: is for a server on the same machine only.',
        )
      : wrong('tls', 'this port speaks TLS', 'Write https: in the URL.')
  }
  if (error.code === 'ERR_XMPP_TLS' && isHandshake(error)) {
    return wrong(
      'tls',
      error.message,
      'The TLS handshake failed: the server must support TLS 1.2 or later on this port.',
    )
  }
  if (transport.isHtml) {
    return wrong('bosh', 'this URL shows an HTML page', 'Another service answers there: correct the port or the path.')
  }
  const { id, advice } = adviceFor(error, seenSoftware(context))
  if (id === 'domain' && target.isDomainGuessed) {
    return wrong(id, `${error.message} (this is the host of the URL: no --domain was given)`, advice)
  }
  return wrong(id, error.message, advice)
}

/** Tells if the error can come from plain HTTP sent to a TLS port, or from TLS sent to a port of plain HTTP. */
function mayBeOtherScheme(error: XmppBoshError, { url }: Target): boolean {
  const cause = causeOf(error)
  if (error.code === 'ERR_XMPP_CONNECT') return ['ECONNRESET', 'EPIPE', ''].includes(cause)
  if (url.protocol === 'https:') return error.code === 'ERR_XMPP_TLS' && isHandshake(error)
  // Some TLS servers answer plain HTTP with a status, others with bytes of TLS.
  return cause.startsWith('HPE_') || statusIn(error) === 400
}

function isHandshake(error: XmppBoshError): boolean {
  return /^(?:EPROTO|ERR_SSL_)/.test(causeOf(error))
}

/** Tries again with http: for https:, or https: for http:. It does not send a password. */
async function otherSchemeAnswers({ target, clock, signal }: CheckContext): Promise<boolean> {
  const { url } = target
  const other = new URL(url)
  other.protocol = url.protocol === 'https:' ? 'http:' : 'https:'
  other.port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const [endpoint] = target.settings.endpoints
  const sessions = new BoundedSessions({ ...target.settings, endpoints: [{ ...endpoint, url: other }] }, { clock })
  try {
    const opened = sessions.run({ signal }, async () => true)
    return await withinDeadline(signal, opened)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    // A server that shows a certificate speaks TLS, even if the certificate is invalid.
    if (error.code === 'ERR_XMPP_TLS') return !isHandshake(error)
    // A status shows that the server speaks HTTP, except 400: some TLS servers answer plain HTTP with it.
    if (error.code === 'ERR_XMPP_HTTP') return ![undefined, 400].includes(statusIn(error))
    return ['ERR_XMPP_PROTOCOL', 'ERR_XMPP_TOO_LARGE', 'ERR_XMPP_DOMAIN', 'ERR_XMPP_POLICY'].includes(error.code)
  } finally {
    await sessions.close()
  }
}
