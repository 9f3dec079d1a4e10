const { randomBytes, scryptSync, timingSafeEqual } = require('node:crypto')

// Stands in for your table of users.
const rows = new Map()
let lastId = 0

const hash = (password, salt) => scryptSync(password, salt, 32)

function create(columns) {
  const user = { id: ++lastId, ...columns }
  rows.set(user.id, user)
  return user
}

exports.byId = async id => rows.get(id)

exports.findOrCreate = async columns => {
  const [[name, value]] = Object.entries(columns)
  return [...rows.values()].find(user => user[name] === value) ?? create(columns)
}

// Without passport-local you can delete the code below, and the columns it uses.

exports.byPassword = async (name, password) => {
  const user = [...rows.values()].find(user => user.name === name)
  return user && timingSafeEqual(hash(password, user.salt), user.hash) ? user : false
}

const salt = randomBytes(16)
create({ name: 'alice', salt, hash: hash('secret', salt), xmppJid: 'alice@localhost' })
