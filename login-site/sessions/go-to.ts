import type { Response } from 'express'

/** Sends the browser to a page of this app: `path` begins with `/`, and lacks the path under which the site has the app. */
export function goTo(res: Response, path: string): void {
  res.redirect(303, `${res.app.locals['base'] ?? ''}${path}`)
}
