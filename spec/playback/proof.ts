import { DIGESTS, hmac, SASL, salted } from '../fixtures/right-server'
import { bySaxes, type Tree } from '../fixtures/saxes'
import type { Received } from './player'

/** A login and the account that it claims. */
export interface Claim {
  readonly mechanism: string
  readonly password: string
  /** `user@domain` */
  readonly jid: string
  readonly bind: boolean
}

interface Step {
  readonly asked: Tree | undefined
  readonly said: readonly Tree[]
}

/**
 * Names the part of the proof that the replies lack, or returns `undefined` if the proof is complete: a success in
 * answer to this session's SASL, with SCRAM the right server signature (RFC 5802 §3), then after a restart the bound
 * account. Judges by the bytes that were sent, with a parser and a SCRAM of its own.
 */
export function lackingProof(received: readonly Received[], claim: Claim): string | undefined {
  const created = received.findLastIndex(({ read }) => read.kind === 'creation')
  const steps: Step[] = received
    .slice(created)
    .map(({ read, reply }) => ({ asked: read.tree.children[0], said: childrenIn(reply) }))
  const auth = steps.findIndex(({ asked }) => asked?.name === 'auth')
  if (auth < 0) return 'an <auth/>'
  const digest = DIGESTS[claim.mechanism]
  const success = digest ? signedAt(steps.slice(auth), digest, claim.password) : successAt(steps.slice(auth))
  if (success === undefined) return digest ? 'a success with the right signature' : 'a success'
  return claim.bind ? lackingBind(received.slice(created), steps, auth + success, claim.jid) : undefined
}

function childrenIn(reply: string | undefined): readonly Tree[] {
  try {
    return bySaxes(reply ?? '').children
  } catch {
    return []
  }
}

function successAt(steps: readonly Step[]): number | undefined {
  const at = steps.findIndex(({ said }) => said.some(isSuccess))
  return at < 0 ? undefined : at
}

function isSuccess({ name, namespace }: Tree): boolean {
  return name === 'success' && namespace === SASL
}

function signedAt(steps: readonly Step[], digest: string, password: string): number | undefined {
  const clientFirst = decoded(steps[0]?.asked)
  const challenges = steps.flatMap(({ said }) => said.filter(({ name }) => name === 'challenge'))
  const response = steps.findIndex(({ asked }) => asked?.name === 'response')
  const [serverFirst] = challenges.map(decoded)
  if (response < 0 || serverFirst === undefined) return undefined
  const [, salt = '', iterations = ''] = /^r=[^,]*,s=([^,]*),i=([0-9]+)/.exec(serverFirst) ?? []
  const withoutProof = decoded(steps[response]?.asked).replace(/,p=.*/s, '')
  const message = `${clientFirst.slice('n,,'.length)},${serverFirst},${withoutProof}`
  const key = salted(digest, password, Buffer.from(salt, 'base64'), Number(iterations))
  const signature = `v=${hmac(digest, hmac(digest, key, 'Server Key'), message).toString('base64')}`
  const at = steps.findIndex(
    ({ said }, n) => n >= response && said.some(child => isSuccess(child) && decoded(child) === signature),
  )
  return at < 0 ? undefined : at
}

function lackingBind(
  received: readonly Received[],
  steps: readonly Step[],
  success: number,
  jid: string,
): string | undefined {
  const kinds = received.map(({ read }) => read.kind)
  const restart = kinds.indexOf('restart')
  const bind = kinds.indexOf('bind')
  if (!(success < restart && restart < bind)) return 'restart and bind after the success'
  const id = steps[bind]?.asked?.attributes['id']
  const bound = steps
    .slice(bind)
    .flatMap(({ said }) => said)
    .filter(({ name, attributes }) => name === 'iq' && attributes['id'] === id && attributes['type'] === 'result')
    .map(({ children }) => children[0]?.children[0]?.text.toLowerCase() ?? '')
  return bound.some(full => full.startsWith(`${jid}/`)) ? undefined : 'the bound account'
}

function decoded(element: Tree | undefined): string {
  return Buffer.from(element?.text ?? '', 'base64').toString()
}
