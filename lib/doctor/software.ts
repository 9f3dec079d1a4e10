import type { Body } from '../bosh/body'
import { XBOSH } from '../xml/namespaces'

/** Whose BOSH it is, as far as the first reply shows. */
export type Software = 'ejabberd' | 'Prosody' | undefined

/** Both say it by habit and not on purpose: good enough for advice, and for nothing else. */
export function softwareOf(created: Body | undefined): Software {
  if (created === undefined) return undefined
  const { attributes } = created
  if (attributes.has(`{${XBOSH}}restartlogic`)) return 'ejabberd'
  return attributes.get('ver') === '1.6' && attributes.get('polling') === '5' ? 'Prosody' : undefined
}
