/**
 * What a server says to a login from an address it has banned. ejabberd ends such a session while it is being made, and
 * when it is quick at that, its reply says no more than that there is none: then it is asked again.
 *
 * @param signIn resolves to the code of the refusal
 */
export async function refusalOf(signIn: () => Promise<string>): Promise<string> {
  for (let n = 0; n < 20; n++) {
    const code = await signIn()
    if (code !== 'ERR_XMPP_TERMINATED') return code
  }
  return 'ERR_XMPP_TERMINATED'
}
