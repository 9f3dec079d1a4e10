import type { XmppBoshError } from '../errors/error'
import type { XmppBoshErrorCode } from '../errors/statuses'
import type { Software } from './software'

/**
 * Checks that build on each other, lowest first. If one fails, the ones before it have passed and the ones after it
 * cannot run.
 */
export const LAYERS = ['name', 'connection', 'tls', 'certificate', 'redirect', 'bosh', 'ban', 'domain'] as const

export type Layer = (typeof LAYERS)[number]

/** The check that an error belongs to, and the change that solves it. */
export interface Advice {
  readonly id: Layer
  readonly advice: string
}

const OTHER: Advice = {
  id: 'bosh',
  advice: "BOSH clients cannot use the server's answer: check the server's log.",
}

const NO_ROUTE: Advice = {
  id: 'connection',
  advice: 'There is no route to this address: check the network and the firewall.',
}

const LOST: Advice = {
  id: 'bosh',
  advice:
    'The server does not know a session that was just opened. If a load balancer leads to several nodes, make it keep a session on one node by connection or by client address: an affinity by cookie does not work, because BOSH clients keep no cookies. With one node: it was restarted, or the session waited too long.',
}

/** By code of Node's error, which is more specific than the library's. */
const BY_CAUSE: Readonly<Record<string, Advice>> = {
  ENOTFOUND: { id: 'name', advice: 'Correct the host in the URL, or add it to the DNS.' },
  EAI_AGAIN: { id: 'name', advice: "The name server does not answer: check this machine's DNS settings." },
  ECONNREFUSED: {
    id: 'connection',
    advice:
      'The port is closed: start the server, or correct the host and the port. BOSH is usually at port 5280, or 5443 for https: on ejabberd, 5281 on Prosody, 5285 on MongooseIM; on Openfire at 7070 and 7443. Metronome needs its module `bosh`.',
  },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ETIMEDOUT: {
    id: 'connection',
    advice: 'This address does not answer: check the host, the port and the firewall.',
  },
  CERT_HAS_EXPIRED: { id: 'certificate', advice: 'Renew the certificate, and make the server load the new one.' },
  CERT_NOT_YET_VALID: {
    id: 'certificate',
    advice: 'The certificate is not valid yet: compare the clocks of both machines.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    id: 'certificate',
    advice:
      'The certificate is for a name other than the host of the URL: use the name in the certificate, or get a certificate for this host. If the URL holds an address that no certificate names, set `tls.servername` in the app.',
  },
}

const UNTRUSTED =
  'The certificate is not signed by a trusted authority: get one that is (the server must also send the intermediate certificates), or name your own authority: `tls.ca` in the app, --ca here.'

/** By HTTP status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'Something in front of the server asks for a login of its own: exempt this path.',
  403: 'Something in front of the server refuses the request: allow POST on this path. Openfire answers so when it limits new connections (`xmpp.ratelimit.newconnections.c2s`).',
  404: 'This path does not exist: correct it, or load the module for BOSH. The path is usually /bosh on ejabberd (`request_handlers`), /http-bind/ on Openfire, and /http-bind on Prosody, MongooseIM and Metronome.',
}
const NEW_CONNECTIONS =
  'Openfire limits new connections: raise or switch off `xmpp.ratelimit.newconnections.c2s`. If it does not, something in front of it refuses the request.'
const GATEWAY = 'A proxy answers, but the XMPP server behind it does not: start the server, or correct the proxy.'
const NOT_BOSH = 'A web server answers, but not with BOSH: correct the port or the path.'

const REDIRECT: Advice = {
  id: 'redirect',
  advice:
    'Logins do not follow redirects, so that a password cannot go astray: use the URL that the redirect leads to.',
}

/** By code of the library's error. Used if no more specific row matches. */
const BY_CODE: Partial<Readonly<Record<XmppBoshErrorCode, Advice>>> = {
  ERR_XMPP_CONNECT: {
    id: 'connection',
    advice: 'The connection was cut: correct the port and the scheme, or check the network in between.',
  },
  ERR_XMPP_TLS: { id: 'certificate', advice: UNTRUSTED },
  ERR_XMPP_HTTP: {
    id: 'bosh',
    advice: 'The port speaks another protocol, such as that of XMPP clients (5222): use the BOSH port.',
  },
  ERR_XMPP_TIMEOUT: {
    id: 'connection',
    advice: 'Nothing answers: a firewall drops packets, the server hangs, or the port speaks another protocol.',
  },
  ERR_XMPP_POLICY: {
    id: 'ban',
    advice:
      "The server has banned this machine's address, limits sessions, or does not allow this domain on this port: look into its log. ejabberd: mod_fail2ban counts wrong passwords by address; unban it (`ejabberdctl unban_ip`), then set `forwardClientIp` in the app and `trusted_proxies` in ejabberd. Tigase: allow the domain on the port.",
  },
  ERR_XMPP_DOMAIN: {
    id: 'domain',
    advice: 'Give the domain of your users, the part after the @: --domain here, `domain` in the app.',
  },
  ERR_XMPP_UNAVAILABLE: { id: 'bosh', advice: 'The server is overloaded or shutting down: check its log.' },
  ERR_XMPP_TOO_LARGE: { id: 'bosh', advice: 'This is not a BOSH answer: correct the port or the path.' },
}

const EJABBERD_BAN: Advice = {
  id: 'ban',
  advice:
    "The server has banned this machine's address, and with it every visitor who logs in through an app on this machine. ejabberd: mod_fail2ban counts wrong passwords by address. Unban it (`ejabberdctl unban_ip`), then set `forwardClientIp` in the app and `trusted_proxies` in ejabberd, so that a ban hits the visitor it is meant for.",
}

// The firewall of one page may dislike one request: the server's list of bans says nothing of it.
const RULE: Advice = {
  id: 'bosh',
  advice:
    'A rule of a proxy or a firewall in front of the server refuses the request within a session, or the server itself limits requests: look into the logs of both. It is not a ban that the server reports.',
}

/** A refusal of a server other than ejabberd, whose bans are known. */
function ruleOf(software: Software): Advice {
  const port = software === 'Tigase' ? 'Tigase does so if the domain does not allow the port. ' : ''
  return {
    id: 'ban',
    advice: `The server refuses this by a rule of its own, such as a limit of connections or of wrong passwords. ${port}Check its limits and its log.`,
  }
}

/**
 * Finds the most specific row for an error.
 *
 * @param software the server, as far as it is known
 */
export function adviceFor(error: XmppBoshError, software: Software): Advice {
  const status = statusIn(error)
  if (status === 403 && software === 'Openfire') return { id: 'bosh', advice: NEW_CONNECTIONS }
  if (status !== undefined) return adviceForStatus(status)
  if (error.code === 'ERR_XMPP_POLICY' && error.condition === undefined) return RULE
  if (error.code === 'ERR_XMPP_POLICY') {
    // As the answer to every creation, `item-not-found` is how ejabberd turns a banned address away.
    if (software === 'ejabberd' || error.condition === 'item-not-found') return EJABBERD_BAN
    if (software !== undefined) return ruleOf(software)
  }
  if (error.condition === 'item-not-found') return LOST
  return BY_CAUSE[causeOf(error)] ?? BY_CODE[error.code] ?? OTHER
}

function adviceForStatus(status: number): Advice {
  if (status >= 300 && status < 400) return REDIRECT
  return { id: 'bosh', advice: BY_STATUS[status] ?? (status >= 500 ? GATEWAY : NOT_BOSH) }
}

/** Returns the code of Node's error below, or an empty string without one. */
export function causeOf({ cause }: XmppBoshError): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}

/** Returns the HTTP status, which only the message holds. */
export function statusIn({ code, message }: XmppBoshError): number | undefined {
  const status = code === 'ERR_XMPP_HTTP' ? /HTTP status (\d{3})/.exec(message)?.[1] : undefined
  return status === undefined ? undefined : Number(status)
}
