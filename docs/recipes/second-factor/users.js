import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

// Stands in for your table of users.
const salt = randomBytes(16)
const hash = password => scryptSync(password, salt, 32)
const rows = new Map([[1, { id: 1, name: 'alice', hash: hash('secret'), xmppJid: 'alice@localhost' }]])

export const byId = async id => rows.get(id)

export const byPassword = async (name, password) => {
  const user = [...rows.values()].find(row => row.name === name)
  return user && timingSafeEqual(hash(password), user.hash) ? user : false
}
