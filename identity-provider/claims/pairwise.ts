import { createHmac } from 'node:crypto'
import type { RegisteredClient } from '../provider/oidc'

/** Returns the subject of an account as a client knows it. */
export type SubjectOf = (accountId: string, client: RegisteredClient) => string

/**
 * Returns the function that makes subjects. That of a client with pairwise subjects differs from those that other sectors
 * know, and does not tell the account.
 */
export function subjectsWith(key: string): SubjectOf {
  return (accountId, client) =>
    client.subjectType === 'pairwise' ? pairwiseSubject(key, sectorOf(client), accountId) : accountId
}

/** Returns the subject of an account for the clients of one sector. */
export function pairwiseSubject(key: string, sector: string, accountId: string): string {
  // A host has no null character, so no two pairs are the same text.
  return createHmac('sha256', key).update(`${sector}\0${accountId}`).digest('base64url')
}

/** Returns the host of the client's redirect URIs, which oidc-provider has found out (OpenID Connect Core §8.1). */
function sectorOf({ sectorIdentifier, clientId }: RegisteredClient): string {
  if (typeof sectorIdentifier !== 'string') throw new Error(`the client ${clientId} has no sector`)
  return sectorIdentifier
}
