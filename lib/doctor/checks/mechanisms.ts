import { XmppBoshError } from '../../errors/error'
import { offeredMechanisms, printableMechanisms } from '../../login/offer'
import type { Mechanism } from '../../sasl'
import type { Element } from '../../xml/read'
import { type Finding, ok, warn, wrong } from '../finding'
import type { Software } from '../software'
import type { Target } from '../target'

/** Mechanisms that apps do not need, each with the risk it brings. */
const UNWANTED: Readonly<Record<string, string>> = {
  'X-OAUTH2': 'accepts tokens instead of passwords',
  ANONYMOUS: 'lets clients in without an account',
  'DIGEST-MD5': 'needs passwords that are stored in clear text',
  'CRAM-MD5': 'needs passwords that are stored in clear text',
  EXTERNAL: 'trusts client certificates, which BOSH does not show to the server',
}

/** Checks the list of mechanisms in a stream's features. */
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
        'Logins are not possible. Find out which software answers there: no known server does this.',
      ),
    ]
  }
  if (offered.length === 0) return [noneOfferedFinding(target, software)]
  const scram = offered.filter(name => name.startsWith('SCRAM-') && !name.endsWith('-PLUS'))
  return [
    ok('mechanisms', offered.join(', ')),
    commonFinding(offered, target),
    scram.length > 0
      ? ok('only-plain', 'SCRAM is offered: the server need not see passwords')
      : warn(
          'only-plain',
          'SCRAM is not offered: the server sees every password',
          'Make the server store SCRAM keys (ejabberd: `auth_password_format: scram`; Prosody: `authentication = "internal_hashed"`).',
        ),
    plainFinding(offered, target),
    hashesFinding(scram, target),
    unwantedFinding(offered),
  ]
}

function noneOfferedFinding({ url }: Target, software: Software): Finding {
  const summary = 'the server offers no way to log in'
  if (url.protocol === 'http:' && software !== 'ejabberd') {
    return wrong(
      'mechanisms',
      `${summary} over http:`,
      'Prosody treats plain HTTP as insecure. Set `consider_bosh_secure = true` if the app runs on the same machine or a TLS proxy is in front, or use the https: port.',
    )
  }
  return wrong('mechanisms', summary, 'Check the authentication settings of this domain (ejabberd: `auth_method`).')
}

function commonFinding(offered: readonly string[], { settings }: Target): Finding {
  const allowed: readonly Mechanism[] = settings.endpoints[0].mechanisms
  const first = allowed.find(name => offered.includes(name))
  if (first !== undefined) return ok('common-mechanism', `logins use ${first}`)
  return wrong(
    'common-mechanism',
    `the server offers none of ${allowed.join(', ')}`,
    'Make the server offer SCRAM-SHA-256 (ejabberd: `auth_password_format: scram`, `auth_scram_hash: sha256`). PLAIN is used only over https: or to this machine, unless `mechanisms` names it.',
  )
}

function plainFinding(offered: readonly string[], { isExposed, settings }: Target): Finding {
  if (!isExposed) return ok('plain-over-http', 'passwords do not cross a network in clear text')
  if (settings.endpoints[0].mechanisms.includes('PLAIN')) {
    return wrong(
      'plain-over-http',
      'the app allows PLAIN over http:, so passwords can cross the network in clear text',
      'Use https:, or remove PLAIN from `mechanisms`.',
    )
  }
  if (!offered.includes('PLAIN')) return ok('plain-over-http', 'PLAIN is not offered')
  return warn(
    'plain-over-http',
    'PLAIN is offered over http: (this package does not use it there, but other clients may)',
    'Use https:, or turn PLAIN off for this listener.',
  )
}

function hashesFinding(scram: readonly string[], { isOrderChosen }: Target): Finding {
  if (scram.length === 0) return ok('several-hashes', 'SCRAM is not offered')
  if (scram.length === 1) return ok('several-hashes', 'one hash is offered')
  if (isOrderChosen) return ok('several-hashes', 'several hashes are offered, and `mechanisms` decides')
  return warn(
    'several-hashes',
    `${scram.join(', ')} are offered`,
    'Either the server stores passwords in clear text (ejabberd: set `auth_password_format: scram`; Prosody: `internal_hashed`), or it stores several hashes. In the second case, accounts made before the strongest hash was added lack it and cannot log in with it. Put the hash that all accounts have first in `mechanisms`, and pass --mechanisms here.',
  )
}

function unwantedFinding(offered: readonly string[]): Finding {
  const found = Object.entries(UNWANTED).filter(([name]) => offered.includes(name))
  if (found.length === 0) return ok('unwanted-mechanisms', 'none is offered')
  return warn(
    'unwanted-mechanisms',
    found.map(([name, risk]) => `${name} ${risk}`).join('; '),
    `This package does not use them, but other clients may. ejabberd: \`disable_sasl_mechanisms: [${found.map(([name]) => name).join(', ')}]\`; Prosody: \`disable_sasl_mechanisms\`.`,
  )
}
