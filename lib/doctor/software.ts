import type { Body } from '../bosh/body'
import { STREAMS, XBOSH } from '../xml/namespaces'

/** Names under which servers tell their software (XEP-0092). Only these are repeated. */
const KNOWN = ['ejabberd', 'Metronome', 'MongooseIM', 'Openfire', 'Prosody', 'Tigase'] as const

/** Server software that this command knows. */
export type Known = (typeof KNOWN)[number]

/**
 * Server software, as far as it is known. Metronome descends from Prosody, and their first replies are the same.
 * `undefined`: a server that this command does not know.
 */
export type Software = Known | 'Prosody or Metronome' | undefined

/** Returns the known software of that name. */
export function knownSoftware(name: string | undefined): Known | undefined {
  return KNOWN.find(known => known === name)
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Names the software if several signs of its first reply agree. One sign alone names no server: they copy habits from
 * each other, and a server that is not known has some of them.
 */
export function softwareOf(firstBody: Body | undefined): Software {
  if (firstBody === undefined) return undefined
  const { attributes, children } = firstBody
  const is = (name: string, value: string) => attributes.get(name) === value
  const lacks = (...names: string[]) => names.every(name => !attributes.has(name))
  const version = `{${XBOSH}}version`
  if (attributes.has(`{${XBOSH}}restartlogic`)) {
    if (is('ver', '1.11') && is('maxpause', '120') && lacks('accept', 'ack')) return 'ejabberd'
    // It has `ack` with `server_acks = true`.
    return attributes.has('accept') && is('maxpause', '120') && lacks('ver', 'polling') ? 'MongooseIM' : undefined
  }
  if (!is('ver', '1.6')) return undefined
  if (attributes.has('ack')) {
    const hasFeatures = children.some(({ name, namespace }) => name === 'features' && namespace === STREAMS)
    if (attributes.has('host') && !hasFeatures && attributes.has(version)) return 'Tigase'
    const isOpenfire = is('maxpause', '300') && attributes.get('authid') === attributes.get('sid')
    return isOpenfire && lacks(version, 'host') ? 'Openfire' : undefined
  }
  const isFamily = is('polling', '5') && is('inactivity', '60') && UUID.test(attributes.get('sid') ?? '')
  return isFamily && attributes.has(version) && lacks('maxpause', 'accept', 'host') ? 'Prosody or Metronome' : undefined
}
