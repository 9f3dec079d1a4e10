/** Claims that an ID token or an answer of the userinfo endpoint may have, by the scope that asks for them. */
export function claimsByScope(hasEmail: boolean): Record<string, string[]> {
  return {
    openid: ['sub', 'auth_time', 'amr'],
    xmpp: ['xmpp'],
    profile: ['preferred_username', 'name', 'picture'],
    groups: ['groups'],
    ...(hasEmail && { email: ['email', 'email_verified'] }),
  }
}
