/** Pattern that finds a character XML 1.0 §2.2 does not allow in a document, lone surrogates included. */
export const FORBIDDEN_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

const START =
  ':A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u167F\\u1681-\\u1FFF\\u200C\\u200D\\u2070-\\u218F'
const START_MORE = '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFEFE\\uFF00-\\uFFFD\\u{10000}-\\u{EFFFF}'
const REST = '\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040'
const NCNAME_START = `${START}${START_MORE}`.slice(1)

/**
 * Pattern source, for the `u` flag, of a name with at most one prefix (Namespaces in XML 1.0 §4). Excludes U+1680 and
 * U+FEFF, which XML 1.0 §2.3 allows but the parser takes for white space.
 */
export const QNAME = `[${NCNAME_START}][${NCNAME_START}${REST}]*(?::[${NCNAME_START}][${NCNAME_START}${REST}]*)?`
