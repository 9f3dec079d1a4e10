import { type Domain, isSameDomain } from '../../jid'
import { MUC } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import type { Finding } from '../finding'
import { settingFor } from '../settings'
import type { Software } from '../software'
import { type Fault, worstOf } from './faults'
import { featuresOf, itemsOf } from './features'

/** Answers about the services that hold the rooms; `undefined`: none came. */
export interface ServiceAnswers {
  /** the services of the server (disco#items) */
  readonly items: Element | undefined
  /** by the domain of the service: its answer about itself (disco#info) */
  readonly infos: readonly (readonly [service: Domain, info: Element | undefined])[]
}

/** Checks that each service has rooms, and that it is one of the own server: its operator has every role. */
export function serviceFinding({ items, infos }: ServiceAnswers, own: Domain, software: Software): Finding {
  const listed = items && itemsOf(items)
  const faults = infos.flatMap(([service, info]) => faultOf(service, info, listed, own, software) ?? [])
  const names = infos.map(([{ ascii }]) => ascii).join(', ')
  return worstOf('role-service', faults, `${names}: rooms of the server itself`)
}

function faultOf(
  service: Domain,
  info: Element | undefined,
  listed: readonly string[] | undefined,
  own: Domain,
  software: Software,
): Fault | undefined {
  const { ascii } = service
  const { features, refusal } = info ? featuresOf(info) : { features: new Set(), refusal: 'no answer' }
  const setting = settingFor('have rooms', software)
  if (refusal !== undefined || !features.has(MUC)) {
    const seen = refusal === undefined ? 'is not a service of rooms' : `does not tell what it is (${refusal})`
    const advice = `Correct the domain of the room, or let the server have rooms there${setting}.`
    return { status: 'wrong', summary: `${ascii} ${seen}`, advice }
  }
  if (listed?.some(jid => isSameDomain(jid, service))) return undefined
  const isUnlisted = listed === undefined
  const seen = isUnlisted
    ? `${own.ascii} lists no services, so nothing shows that ${ascii} is its own`
    : `${ascii} is not among the services that ${own.ascii} lists`
  const list = isUnlisted ? ` Let the server list its services${settingFor('list the services', software)}.` : ''
  return {
    status: 'warn',
    summary: seen,
    advice: `Use rooms of your own server: the operator of the service has every role.${list} If the service is your own and hidden on purpose, leave it.`,
  }
}
