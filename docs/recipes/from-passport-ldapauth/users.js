// Stands in for your table of users.
const rows = new Map()
let lastId = 0

function create(columns) {
  const user = { id: ++lastId, ...columns }
  rows.set(user.id, user)
  return user
}

exports.byId = async id => rows.get(id)

// `xmppJid` is UNIQUE in a database: two first logins at once must not make two rows.
exports.findOrCreate = async columns => {
  const [[name, value]] = Object.entries(columns)
  return [...rows.values()].find(user => user[name] === value) ?? create(columns)
}
