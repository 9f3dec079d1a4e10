import type { Response } from 'express'

/** A page that leads the browser on by itself */
export const ONWARD_PAGE = 'onward'

/**
 * Returns the values of a page that leads on. It ends the redirects after a form: browsers apply the policy `form-action` of the
 * form's page to all of them, also to the sites that a client leads its visitors on to, which this provider does not know.
 */
export function onward(url: string): object {
  // Without the menu of the visitor, who may have just signed out.
  return { url, user: undefined }
}

/** Shows the page, in place of a redirect. */
export function leadOn(res: Response, url: string): void {
  res.render(ONWARD_PAGE, onward(url))
}
