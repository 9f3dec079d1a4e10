const { randomBytes, scryptSync, timingSafeEqual } = require('node:crypto')

// Stands in for your table of users.
const rows = new Map()
let lastId = 0

const byColumn = (name, value) => [...rows.values()].find(user => user[name] === value)

const hash = (password, salt) => scryptSync(password, salt, 32)

// `xmppJid` is UNIQUE in a database: two first logins at once must not make two rows, nor two users share one.
function create(columns) {
  if (columns.xmppJid && byColumn('xmppJid', columns.xmppJid)) throw new Error('the JID is in use')
  const user = { id: ++lastId, ...columns }
  rows.set(user.id, user)
  return user
}

exports.byId = async id => rows.get(id)

exports.findOrCreate = async columns => {
  const [[name, value]] = Object.entries(columns)
  return byColumn(name, value) ?? create(columns)
}

// Without passport-local you can delete the code below, and the columns it uses.

exports.byPassword = async (name, password) => {
  const user = byColumn('name', name)
  return user && timingSafeEqual(hash(password, user.salt), user.hash) ? user : false
}

// Names in this table come from its users. They say nothing about the XMPP account of the same name.
exports.signUp = async (name, password) => {
  if (byColumn('name', name)) throw new Error('the name is in use')
  const salt = randomBytes(16)
  return create({ name, salt, hash: hash(password, salt) })
}

const salt = randomBytes(16)
create({ name: 'alice', salt, hash: hash('secret', salt), xmppJid: 'alice@localhost' })
