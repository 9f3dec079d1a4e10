import { XmppBoshError } from '../../errors/error'
import { BoundedSessions } from '../../sessions/bounded-sessions'
import type { Element } from '../../xml/read'
import { adviceFor, causeOf, LAYERS, type Layer, statusIn } from '../advice'
import { type Finding, ok, skipped, warn, wrong } from '../finding'
import { inTime } from '../in-time'
import type { Instruments } from '../instruments'
import { SLOW_MS } from '../limits'
import type { Target } from '../target'

/** Opens a session: everything from the name to the domain. Without `features` nothing more can be checked. */
export async function connectionFindings(
  instruments: Instruments,
): Promise<{ findings: Finding[]; features?: Element }> {
  const { target, sessions, clock, signal } = instruments
  const startedAt = clock.now()
  try {
    const opened = sessions.run({ signal }, async ({ features }) => ({ features, ms: clock.now() - startedAt }))
    const { features, ms } = await inTime(signal, opened)
    return { features, findings: [...LAYERS.map(layer => fine(layer, target)), speedFinding(ms)] }
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    const fault = await faultOf(error, instruments)
    const before = LAYERS.slice(0, LAYERS.indexOf(fault.id))
    return { findings: [...before.map(layer => fine(layer, target)), fault] }
  }
}

function fine(layer: Layer, { url, settings, guessed }: Target): Finding {
  const secure = url.protocol === 'https:'
  switch (layer) {
    case 'name':
      return ok(layer, 'the host has an address')
    case 'connection':
      return ok(layer, 'somebody listens there')
    case 'tls':
      return ok(layer, secure ? 'TLS is spoken there' : 'no TLS, as the URL says')
    case 'certificate':
      return secure ? ok(layer, 'valid, trusted, and for this host') : skipped(layer, 'there is none without TLS')
    case 'redirect':
      return ok(layer, 'none')
    case 'bosh':
      return ok(layer, 'BOSH is spoken there')
    case 'ban':
      return ok(layer, 'this address is let in')
    case 'domain':
      return ok(
        layer,
        `${settings.domain.wire} is served${guessed ? ' (the host of the URL: no --domain was given)' : ''}`,
      )
  }
}

function speedFinding(ms: number): Finding {
  const summary = `a session was made in ${Math.round(ms)} ms`
  if (ms <= SLOW_MS) return ok('speed', summary)
  return warn(
    'speed',
    summary,
    'Every login waits for this. Look at the load of the server, at a shaper or rate limit, and at the name service.',
  )
}

async function faultOf(error: XmppBoshError, instruments: Instruments): Promise<Finding & { readonly id: Layer }> {
  const { target, transport } = instruments
  if (mayBeOtherProtocol(error, target) && (await otherSchemeAnswers(instruments))) {
    return target.url.protocol === 'https:'
      ? wrong(
          'tls',
          'this port speaks HTTP without TLS',
          'Switch TLS on (ejabberd: `tls: true` on the listener) or take the port that has it. http: is for a server on the same machine only.',
        )
      : wrong('tls', 'this port speaks TLS', 'Write https: in the URL.')
  }
  if (error.code === 'ERR_XMPP_TLS' && isHandshake(error)) {
    return wrong(
      'tls',
      error.message,
      'No TLS could be agreed on: the server must speak TLS 1.2 or later on this port.',
    )
  }
  if (transport.isPage) {
    return wrong('bosh', 'an HTML page is at this URL', 'Something else answers there: correct port or path.')
  }
  const { id, advice } = adviceFor(error)
  if (id === 'domain' && target.guessed) {
    return wrong(id, `${error.message} (it is the host of the URL: no --domain was given)`, advice)
  }
  return wrong(id, error.message, advice)
}

/** Errors by somebody who was spoken to in TLS and knows none, or the other way round. */
function mayBeOtherProtocol(error: XmppBoshError, { url }: Target): boolean {
  const cause = causeOf(error)
  if (error.code === 'ERR_XMPP_CONNECT') return ['ECONNRESET', 'EPIPE', ''].includes(cause)
  if (url.protocol === 'https:') return error.code === 'ERR_XMPP_TLS' && isHandshake(error)
  // Some who speak TLS answer plain HTTP with a status, others with bytes of TLS.
  return cause.startsWith('HPE_') || statusIn(error) === 400
}

function isHandshake(error: XmppBoshError): boolean {
  return /^(?:EPROTO|ERR_SSL_)/.test(causeOf(error))
}

/** Asks once more with http: for https: and the other way round. No password is sent. */
async function otherSchemeAnswers({ target, clock, signal }: Instruments): Promise<boolean> {
  const { url } = target
  const other = new URL(url)
  other.protocol = url.protocol === 'https:' ? 'http:' : 'https:'
  other.port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const [endpoint] = target.settings.endpoints
  const sessions = new BoundedSessions({ ...target.settings, endpoints: [{ ...endpoint, url: other }] }, { clock })
  try {
    const opened = sessions.run({ signal }, async () => true)
    return await inTime(signal, opened)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    // Whoever shows a certificate speaks TLS, whatever is wrong with it; whoever has a status speaks HTTP.
    if (error.code === 'ERR_XMPP_TLS') return !isHandshake(error)
    // 400 is also what some who speak TLS answer to plain HTTP.
    if (error.code === 'ERR_XMPP_HTTP') return ![undefined, 400].includes(statusIn(error))
    return ['ERR_XMPP_PROTOCOL', 'ERR_XMPP_TOO_LARGE', 'ERR_XMPP_DOMAIN', 'ERR_XMPP_POLICY'].includes(error.code)
  } finally {
    await sessions.close()
  }
}
