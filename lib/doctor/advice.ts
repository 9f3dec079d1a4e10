import type { XmppBoshError } from '../errors/error'
import type { XmppBoshErrorCode } from '../errors/statuses'

/** What is reached through what: where one fails, those before it are fine and those behind it cannot be seen. */
export const LAYERS = ['name', 'connection', 'tls', 'certificate', 'redirect', 'bosh', 'ban', 'domain'] as const

export type Layer = (typeof LAYERS)[number]

/** Which check an error belongs to, and what to change. */
export interface Advice {
  readonly id: Layer
  readonly advice: string
}

const OTHER: Advice = {
  id: 'bosh',
  advice: "Look into the server's log: what it answers is not what BOSH clients can work with.",
}

/** By the code of node's error: more exact than the library's. */
const BY_CAUSE: Readonly<Record<string, Advice>> = {
  ENOTFOUND: { id: 'name', advice: 'Correct the host in the URL, or add it to the DNS.' },
  EAI_AGAIN: { id: 'name', advice: "The name server does not answer: look at this machine's DNS settings." },
  ECONNREFUSED: {
    id: 'connection',
    advice: 'Nobody listens there: start the server, or correct host and port (ejabberd: `listen`, `port` and `ip`).',
  },
  EHOSTUNREACH: { id: 'connection', advice: 'There is no way to that address: look at network and firewall.' },
  ENETUNREACH: { id: 'connection', advice: 'There is no way to that address: look at network and firewall.' },
  ETIMEDOUT: { id: 'connection', advice: 'Nobody answers at that address: look at host, port and firewall.' },
  CERT_HAS_EXPIRED: { id: 'certificate', advice: 'Renew the certificate, and have the server load it.' },
  CERT_NOT_YET_VALID: { id: 'certificate', advice: "Compare the clocks: the certificate's time has not begun." },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    id: 'certificate',
    advice:
      'The certificate is for another name than the host of the URL: use the name that it carries, or a certificate for this one. For an address that no certificate names the app has `tls.servername`.',
  },
}

const UNTRUSTED =
  'Nobody trusted has signed the certificate: get one that is (the server must send the intermediate ones as well), or name your authority: `tls.ca` in the app, --ca here.'

/** By HTTP status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'Something in front of the server wants a login of its own: let this path pass.',
  403: 'Something in front of the server refuses: allow POST on this path.',
  404: 'Nothing is at this path: correct it (ejabberd: what `request_handlers` gives to mod_bosh, usually /bosh; Prosody: /http-bind), or load mod_bosh.',
}
const GATEWAY = 'A proxy answers, and the XMPP server behind it does not: start it, or correct the proxy.'
const NO_BOSH = 'A web server is there, and no BOSH: correct port or path.'

const REDIRECT: Advice = {
  id: 'redirect',
  advice: 'Logins follow no redirect, so that no password goes astray: write the URL that it leads to.',
}

/** By the library's code: whatever the rows above do not know better. */
const BY_CODE: Partial<Readonly<Record<XmppBoshErrorCode, Advice>>> = {
  ERR_XMPP_CONNECT: {
    id: 'connection',
    advice: 'The connection was cut: correct port and scheme, or look at what is in between.',
  },
  ERR_XMPP_TLS: { id: 'certificate', advice: UNTRUSTED },
  ERR_XMPP_HTTP: {
    id: 'bosh',
    advice: 'Another protocol is spoken there, such as that of XMPP clients (5222): take the port of BOSH.',
  },
  ERR_XMPP_TIMEOUT: {
    id: 'connection',
    advice: 'Nothing answers: a firewall that drops, a server that hangs, or another protocol on this port.',
  },
  ERR_XMPP_POLICY: {
    id: 'ban',
    advice:
      "The server has banned this machine's address, and with it everybody who logs in from here. ejabberd: mod_fail2ban counts wrong passwords for an address. Unban it (`ejabberdctl unban_ip`), give the strategy `forwardClientIp` and ejabberd `trusted_proxies`, and bans hit the visitor they are for.",
  },
  ERR_XMPP_DOMAIN: {
    id: 'domain',
    advice:
      'Give the domain of your users, what stands behind the @: --domain here, `domain` in the app (ejabberd: `hosts`; Prosody: VirtualHost).',
  },
  ERR_XMPP_UNAVAILABLE: { id: 'bosh', advice: 'The server is overloaded or going down: look into its log.' },
  ERR_XMPP_TOO_LARGE: { id: 'bosh', advice: 'That is no answer of BOSH: correct port or path.' },
}

/** The row for an error. */
export function adviceFor(error: XmppBoshError): Advice {
  const status = statusIn(error)
  if (status !== undefined) return adviceForStatus(status)
  return BY_CAUSE[causeOf(error)] ?? BY_CODE[error.code] ?? OTHER
}

function adviceForStatus(status: number): Advice {
  if (status >= 300 && status < 400) return REDIRECT
  return { id: 'bosh', advice: BY_STATUS[status] ?? (status >= 500 ? GATEWAY : NO_BOSH) }
}

/** The code of the error below, as node names it; empty if there is none. */
export function causeOf({ cause }: XmppBoshError): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}

/** The HTTP status, which stands in the message only. */
export function statusIn({ code, message }: XmppBoshError): number | undefined {
  const status = code === 'ERR_XMPP_HTTP' ? /HTTP status (\d{3})/.exec(message)?.[1] : undefined
  return status === undefined ? undefined : Number(status)
}
