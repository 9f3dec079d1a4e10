import type { Body } from '../bosh/body'
import { XBOSH } from '../xml/namespaces'

/** Server software, as far as the first reply shows it. */
export type Software = 'ejabberd' | 'Prosody' | undefined

/**
 * Guesses the software from habits of its first reply. Neither server identifies itself on purpose: use the guess for
 * advice only.
 */
export function softwareOf(firstBody: Body | undefined): Software {
  if (firstBody === undefined) return undefined
  const { attributes } = firstBody
  if (attributes.has(`{${XBOSH}}restartlogic`)) return 'ejabberd'
  return attributes.get('ver') === '1.6' && attributes.get('polling') === '5' ? 'Prosody' : undefined
}
