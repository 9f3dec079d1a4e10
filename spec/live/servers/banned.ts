/**
 * Returns the code of the refusal of a login from a banned address. ejabberd ends such a session while it is being made,
 * and when it is quick, its reply only says that the session does not exist. Then the login is tried again.
 *
 * @param signIn logs in and resolves to the code of the refusal
 */
export async function refusalOf(signIn: () => Promise<string>): Promise<string> {
  for (let n = 0; n < 20; n++) {
    const code = await signIn()
    if (code !== 'ERR_XMPP_TERMINATED') return code
  }
  return 'ERR_XMPP_TERMINATED'
}
