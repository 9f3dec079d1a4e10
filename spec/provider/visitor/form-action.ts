/** Returns the origins to which a policy lets forms of a page lead. `undefined`: to any. */
export function formTargets(policies: string | string[] | undefined, page: URL): readonly string[] | undefined {
  const directives = [policies ?? []]
    .flat()
    .flatMap(policy => policy.split(';').map(words => words.trim().split(/\s+/)))
  const sources = directives.find(([name]) => name?.toLowerCase() === 'form-action')?.slice(1)
  return sources?.map(source => (source === "'self'" ? page.origin : source))
}

/** Throws where Chromium blocks a form or a redirect after it. */
export function assertAllowed(url: URL, targets: readonly string[] | undefined): void {
  if (targets && !targets.includes(url.origin)) {
    throw new Error(`form-action ${targets.join(' ')} does not let a form lead to ${url.href}`)
  }
}
