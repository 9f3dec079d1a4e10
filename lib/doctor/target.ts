import type { AuthenticatorOptions } from '../options/authenticator-options'
import { type Settings, settingsOf } from '../options/settings'
import type { Mechanism } from '../sasl'
import { type Finding, ok, warn, wrong } from './finding'
import { SESSION_MS } from './limits'

/** What is to be checked. */
export interface Question {
  /** the BOSH URL */
  readonly service: string
  /** default: the host of `service` */
  readonly domain?: string | undefined
  /** as option `mechanisms` of the app */
  readonly mechanisms?: readonly Mechanism[] | undefined
  readonly allowInsecure?: boolean | undefined
  /** PEM of the authorities to trust, instead of the system's */
  readonly ca?: Uint8Array | undefined
  /** somebody to log in as; without it nobody is */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined
}

/** A URL that can be asked. */
export interface Target {
  readonly url: URL
  /** those of the app, and `allowInsecure`: whether a password may be sent says {@link trusted} */
  readonly options: AuthenticatorOptions
  readonly settings: Settings
  /** `domain` is the host of the URL, because no other was given */
  readonly guessed: boolean
  /** the mechanisms were named: their order is a decision */
  readonly named: boolean
  /** plain HTTP to another machine */
  readonly exposed: boolean
  /** a password may be sent */
  readonly trusted: boolean
}

/** Judges the URL as it stands, without any network. */
export function targetOf(question: Question): { findings: Finding[]; target?: Target } {
  const { service, mechanisms, allowInsecure = false, ca } = question
  const domain = question.domain ?? (URL.canParse(service) ? new URL(service).hostname : '')
  const options: AuthenticatorOptions = {
    service,
    domain,
    timeout: SESSION_MS,
    failureDelay: 0,
    allowInsecure: true,
    ...(mechanisms && { mechanisms }),
    ...(ca && { tls: { ca } }),
  }
  let settings: Settings
  try {
    settings = settingsOf(options)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const advice =
      'Give the URL of BOSH, such as https://xmpp.example.com:5443/bosh (ejabberd) or …/http-bind (Prosody).'
    return { findings: [wrong('url', error.message, advice)] }
  }
  const [{ url, safe }] = settings.endpoints
  const target = {
    url,
    options,
    settings,
    guessed: question.domain === undefined,
    named: mechanisms !== undefined,
    exposed: !safe,
    trusted: safe || allowInsecure,
  }
  return { target, findings: [ok('url', 'can be a BOSH URL'), transportFinding(target)] }
}

function transportFinding({ url, exposed, trusted }: Target): Finding {
  if (url.protocol === 'https:') return ok('transport', 'https:')
  if (!exposed) return ok('transport', 'http:, and the host is this machine')
  const summary = 'http: to another host: whoever is in between can read and change every login'
  return trusted
    ? warn('transport', summary, 'Use https: unless the network between is private.')
    : wrong(
        'transport',
        summary,
        'Use an https: URL: `tls: true` on the listener, or a proxy that speaks TLS. On a private network set `allowInsecure: true` in the app, and say --allow-insecure here.',
      )
}

/** The question as it may be shown: a URL can hold a password. */
export function subjectOf({ service, domain }: Question): { service: string | null; domain: string | null } {
  const url = URL.canParse(service) ? new URL(service) : undefined
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  return {
    service: url && isHttp ? `${url.origin}${url.pathname}` : null,
    domain: domain ?? (url && isHttp ? url.hostname : null),
  }
}
