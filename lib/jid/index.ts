export { type Domain, displayDomain, domainFault, isSameDomain, prepareConfiguredDomain } from './domain'
export { displayLocalpart, escapeLocalpart } from './escaping'
export { type BareJid, displayJid, parsePreparedJid, prepareBareJid, splitJid } from './jid'
export { prepareLocalpart } from './localpart'
