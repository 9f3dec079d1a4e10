/*
 * Part of `npm run build`: lets dist/index.js load the rooms of sign-ins without a password, and the reader of roles, when one
 * of their classes is first used, so that an app that checks passwords alone does not load them. An `import` uses every name.
 */
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

/** Modules of lib/ that lib/index.ts loads late. */
const LAZY_ROOMS = /^\.\/(?:confirm|service-account|roles|passport\/confirm)\//
const LOADS = /^(?:var|const) (\w+) = (require\(["'](\.\/[^"']+)["']\));\n/gm

module.exports = { LAZY_ROOMS, withLateLoads }

if (require.main === module) {
  const file = join(__dirname, '../dist/index.js')
  writeFileSync(file, withLateLoads(readFileSync(file, 'utf8'), LAZY_ROOMS))
}

/**
 * Returns the code of a CommonJS module that loads the modules of a pattern when one of their names is used. Node finds the
 * names for an `import` in the getters of the exports, so these stay as they are.
 */
function withLateLoads(code, pattern) {
  return code.replace(LOADS, (line, name, load, specifier) => {
    if (!pattern.test(specifier)) return line
    const used = Array.from(code.matchAll(new RegExp(`return ${name}\\.(\\w+);`, 'g')), ([, member]) => member)
    return `var ${name} = { ${used.map(member => `get ${member}() { return ${load}.${member}; }`).join(', ')} };\n`
  })
}
