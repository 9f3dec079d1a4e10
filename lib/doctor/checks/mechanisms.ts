import { XmppBoshError } from '../../errors/error'
import { offeredMechanisms, printableMechanisms } from '../../login/offer'
import type { Mechanism } from '../../sasl'
import type { Element } from '../../xml/read'
import { type Finding, ok, warn, wrong } from '../finding'
import { settingFor } from '../settings'
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
    commonFinding(offered, target, software),
    scram.length > 0
      ? ok('only-plain', 'SCRAM is offered: the server need not see passwords')
      : warn(
          'only-plain',
          'SCRAM is not offered: the server sees every password',
          `Make the server store SCRAM keys${settingFor('store SCRAM keys', software)}.`,
        ),
    plainFinding(offered, target),
    hashesFinding(scram, target, software),
    unwantedFinding(offered, software),
  ]
}

function noneOfferedFinding({ url }: Target, software: Software): Finding {
  const summary = 'the server offers no way to log in'
  if (url.protocol === 'http:' && software !== 'ejabberd') {
    return wrong(
      'mechanisms',
      `${summary} over http:`,
      `Some servers take plain HTTP for insecure. Use the https: port, or the server's setting for a TLS proxy in front, or for an app on the same machine${settingFor('accept http:', software)}.`,
    )
  }
  const setting = settingFor('offer mechanisms', software)
  return wrong('mechanisms', summary, `Check the authentication settings of this domain${setting}.`)
}

function commonFinding(offered: readonly string[], { settings }: Target, software: Software): Finding {
  const allowed: readonly Mechanism[] = settings.endpoints[0].mechanisms
  const first = allowed.find(name => offered.includes(name))
  if (first !== undefined) return ok('common-mechanism', `logins use ${first}`)
  return wrong(
    'common-mechanism',
    `the server offers none of ${allowed.join(', ')}`,
    `Make the server offer SCRAM${settingFor('offer SCRAM', software)}. PLAIN is used only over https: or to this machine, unless \`mechanisms\` names it.`,
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

function hashesFinding(scram: readonly string[], { isOrderChosen }: Target, software: Software): Finding {
  if (scram.length === 0) return ok('several-hashes', 'SCRAM is not offered')
  if (scram.length === 1) return ok('several-hashes', 'one hash is offered')
  if (isOrderChosen) return ok('several-hashes', 'several hashes are offered, and `mechanisms` decides')
  return warn(
    'several-hashes',
    `${scram.join(', ')} are offered`,
    `The server stores passwords in clear text, or several hashes of each: this cannot be seen from outside. In the first case, make it store SCRAM keys${settingFor('offer one hash', software)}. In the second case, accounts made before the strongest hash was added lack it and cannot log in with it. Put the hash that all accounts have first in \`mechanisms\`, and pass --mechanisms here.`,
  )
}

function unwantedFinding(offered: readonly string[], software: Software): Finding {
  const found = Object.entries(UNWANTED).filter(([name]) => offered.includes(name))
  if (found.length === 0) return ok('unwanted-mechanisms', 'none is offered')
  return warn(
    'unwanted-mechanisms',
    found.map(([name, risk]) => `${name} ${risk}`).join('; '),
    `This package does not use them, but other clients may. If yours do not, turn off ${found.map(([name]) => name).join(', ')}${settingFor('disable mechanisms', software)}.`,
  )
}
