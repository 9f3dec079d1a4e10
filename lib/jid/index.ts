export { type Domain, domainFault, prepareConfiguredDomain } from './domain'
export { displayLocalpart, escapeLocalpart } from './escaping'
export { type BareJid, displayJid, parsePreparedJid, splitJid } from './jid'
export { prepareLocalpart } from './localpart'
