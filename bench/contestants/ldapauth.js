import LdapStrategy from 'passport-ldapauth'
import { PASSWORD } from '../servers/instance.js'
import { BASE } from '../servers/slapd.js'

/** passport-ldapauth as documented: binds as an administrator, searches for the name and binds as the entry it found. */
export function ldapStrategy({ ldap }) {
  return new LdapStrategy({
    server: {
      url: ldap,
      bindDN: `cn=admin,${BASE}`,
      bindCredentials: PASSWORD,
      searchBase: BASE,
      searchFilter: '(uid={{username}})',
    },
  })
}

/** The strategy alone, without Express. */
export default function ldapauth(target) {
  const strategy = ldapStrategy(target)
  return {
    login: (username, password) =>
      new Promise((resolve, reject) => {
        const actions = { success: () => resolve(true), fail: () => resolve(false), error: reject }
        Object.assign(Object.create(strategy), actions).authenticate({ body: { username, password } }, {})
      }),
    close() {},
  }
}
