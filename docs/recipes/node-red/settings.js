const { Authenticator } = require('passport-xmpp-bosh')

const { PORT = 1880, XMPP_SERVICE, XMPP_DOMAIN, EDITORS = '', DATA_DIR = `${__dirname}/data` } = process.env

// Only these JIDs may edit flows, because a flow can run any program on this machine.
const editors = new Set(EDITORS.split(',').filter(Boolean))
const authenticator = new Authenticator({ service: XMPP_SERVICE, domain: XMPP_DOMAIN })

// Node-RED keeps the name as it was typed. After a restart, editors sign in again.
const proved = new Map()
const userOf = name => (editors.has(proved.get(name)) ? { username: name, permissions: '*' } : null)

async function authenticate(username, password) {
  // Catches everything: Node-RED ends the process if this promise is rejected, even for a wrong password.
  try {
    const { jid } = await authenticator.authenticate({ username, password })
    if (editors.has(jid)) proved.set(username, jid)
    return userOf(username)
  } catch (err) {
    if (!(err.status < 500)) console.error(err.message)
    return null
  }
}

module.exports = {
  uiPort: Number(PORT),
  userDir: DATA_DIR,
  adminAuth: { type: 'credentials', users: async name => userOf(name), authenticate },
}
