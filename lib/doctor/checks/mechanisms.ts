import { XmppBoshError } from '../../errors/error'
import { offeredMechanisms, printableMechanisms } from '../../login/offer'
import type { Mechanism } from '../../sasl'
import type { Element } from '../../xml/read'
import { type Finding, ok, warn, wrong } from '../finding'
import type { Software } from '../software'
import type { Target } from '../target'

/** Mechanisms that no app needs, and what each of them opens. */
const UNWANTED: Readonly<Record<string, string>> = {
  'X-OAUTH2': 'takes tokens instead of passwords',
  ANONYMOUS: 'lets anybody in without an account',
  'DIGEST-MD5': 'needs passwords that are stored in clear',
  'CRAM-MD5': 'needs passwords that are stored in clear',
  EXTERNAL: 'trusts certificates that BOSH does not show',
}

/** What the list of mechanisms in a stream's features says. */
export function mechanismFindings(features: Element, target: Target, software: Software): Finding[] {
  let offered: readonly string[]
  try {
    offered = printableMechanisms(offeredMechanisms(features))
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return [
      wrong(
        'mechanisms',
        error.message,
        'No login is possible. Look at what answers there: no known server does that.',
      ),
    ]
  }
  if (offered.length === 0) return [noneFinding(target, software)]
  const scram = offered.filter(name => name.startsWith('SCRAM-') && !name.endsWith('-PLUS'))
  return [
    ok('mechanisms', offered.join(', ')),
    commonFinding(offered, target),
    scram.length > 0
      ? ok('only-plain', 'SCRAM is offered: the server need not see the password')
      : warn(
          'only-plain',
          'no SCRAM is offered: the server sees every password',
          'Let the server store SCRAM keys (ejabberd: `auth_password_format: scram`; Prosody: `authentication = "internal_hashed"`).',
        ),
    plainFinding(offered, target),
    hashesFinding(scram, target),
    unwantedFinding(offered),
  ]
}

function noneFinding({ url }: Target, software: Software): Finding {
  const summary = 'the server offers no way to log in'
  if (url.protocol === 'http:' && software !== 'ejabberd') {
    return wrong(
      'mechanisms',
      `${summary} over http:`,
      'Prosody takes plain HTTP for insecure. Set `consider_bosh_secure = true` if the app runs on the same machine or a TLS proxy is in front, or use its https: port.',
    )
  }
  return wrong('mechanisms', summary, 'Look at the authentication settings of this domain (ejabberd: `auth_method`).')
}

function commonFinding(offered: readonly string[], { settings }: Target): Finding {
  const allowed: readonly Mechanism[] = settings.endpoints[0].mechanisms
  const first = allowed.find(name => offered.includes(name))
  if (first !== undefined) return ok('common-mechanism', `logins take ${first}`)
  return wrong(
    'common-mechanism',
    `none of ${allowed.join(', ')} is offered`,
    'Let the server offer SCRAM-SHA-256 (ejabberd: `auth_password_format: scram`, `auth_scram_hash: sha256`). PLAIN counts over https: or to this machine only.',
  )
}

function plainFinding(offered: readonly string[], { exposed, settings }: Target): Finding {
  if (!exposed) return ok('plain-over-http', 'no password crosses a network in clear')
  if (settings.endpoints[0].mechanisms.includes('PLAIN')) {
    return wrong(
      'plain-over-http',
      'PLAIN is allowed over http: passwords cross the network in clear',
      'Use https:, or leave PLAIN out of `mechanisms`.',
    )
  }
  if (!offered.includes('PLAIN')) return ok('plain-over-http', 'PLAIN is not offered')
  return warn(
    'plain-over-http',
    'PLAIN is offered over http:; this package does not use it there, others may',
    'Use https:, or switch PLAIN off for this listener.',
  )
}

function hashesFinding(scram: readonly string[], { named }: Target): Finding {
  if (scram.length < 2) return ok('several-hashes', scram.length === 1 ? 'one' : 'none')
  if (named) return ok('several-hashes', 'several, and `mechanisms` decides')
  return warn(
    'several-hashes',
    `${scram.join(', ')} are offered`,
    'Either the server keeps passwords in clear (ejabberd: set `auth_password_format: scram`; Prosody: `internal_hashed`), or it keeps several hashes, and accounts made before that lack some: they cannot log in with the strongest. Put the hash that all accounts have first in `mechanisms`, and say --mechanisms here.',
  )
}

function unwantedFinding(offered: readonly string[]): Finding {
  const found = Object.entries(UNWANTED).filter(([name]) => offered.includes(name))
  if (found.length === 0) return ok('unwanted-mechanisms', 'none')
  return warn(
    'unwanted-mechanisms',
    found.map(([name, what]) => `${name} ${what}`).join('; '),
    `This package uses none of them, other clients may. ejabberd: \`disable_sasl_mechanisms: [${found.map(([name]) => name).join(', ')}]\`; Prosody: \`disable_sasl_mechanisms\`.`,
  )
}
