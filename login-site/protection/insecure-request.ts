import type { Request } from 'express'

const MAX_QUOTED_LENGTH = 40

/** The session cookie cannot be set: the app believes that the visitor came by plain http. */
class InsecureRequest extends Error {
  override readonly name = 'InsecureRequest'
  readonly status = 500

  constructor() {
    super('the session cookie requires https, and this request came by http as far as the app can tell')
  }
}

/**
 * Rejects a request that needs the session cookie when the cookie cannot be set. Otherwise express-session leaves the cookie
 * out without a word, and every form is refused as if it were too old. The first time, the log says which setting is wrong.
 */
export function requireSecure(req: Request): void {
  if (!req.session.cookie.secure) return
  const { locals } = req.app
  if (req.secure) {
    locals['sawSecure'] = true
    return
  }
  if (!locals['saidInsecure']) {
    locals['saidInsecure'] = true
    // One visitor may have used http where the proxy passes on both: the others can sign in.
    const who = locals['sawSecure'] ? 'a visitor cannot sign in, while others can' : 'no visitor can sign in'
    req.log.error(`${who}: ${causeOf(req)}. Forms that come this way are answered with 500 until then`)
  }
  throw new InsecureRequest()
}

function causeOf(req: Request): string {
  const seen = req.get('x-forwarded-proto')
  const from = req.socket.remoteAddress
  if (seen === undefined) {
    return `${from} sent a request without X-Forwarded-Proto. Make the proxy in front of the app set it to https`
  }
  const quoted = JSON.stringify(seen.slice(0, MAX_QUOTED_LENGTH))
  const isTrusted: unknown = req.app.get('trust proxy fn')(from, 0)
  return isTrusted
    ? `${from} sent X-Forwarded-Proto: ${quoted}. Make the proxy in front of the app set it to https, also behind another proxy`
    : `${from} sent X-Forwarded-Proto: ${quoted}, but TRUST_PROXY does not trust this address. Add it to TRUST_PROXY`
}
