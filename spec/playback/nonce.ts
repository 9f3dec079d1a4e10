/*
 * SCRAM's proof and the server's signature depend on the nonce of the client (RFC 5802 §3). A recorded signature is
 * right only if the library uses the nonce of the recorded client, so this file puts it in place of a random one.
 */

let recorded: string | undefined

/** Makes the library's next logins use `nonce`; `undefined` gives them random nonces again. */
export function useNonce(nonce: string | undefined): void {
  recorded = nonce
}

jest.mock('../../lib/sasl/nonce', () => {
  const { freshNonce } = jest.requireActual<typeof import('../../lib/sasl/nonce')>('../../lib/sasl/nonce')
  return { freshNonce: () => recorded ?? freshNonce() }
})
