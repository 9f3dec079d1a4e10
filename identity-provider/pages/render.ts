import type { Request, Response } from 'express'
import type { KoaContextWithOIDC } from '../provider/oidc'

/** Makes a page of this provider with the layout of the site. */
export function pageOf(res: Response, view: string, values: object): Promise<string> {
  return new Promise((resolve, reject) => {
    res.render(view, values, (failed: Error | null, html: string) => (failed ? reject(failed) : resolve(html)))
  })
}

/** Shows a page as the answer of oidc-provider. */
export async function show(ctx: KoaContextWithOIDC, view: string, values: object): Promise<void> {
  ctx.body = await pageOf(expressOf(ctx).res, view, values)
  ctx.type = 'html'
}

/** Returns the request and the answer of Express, which those of Koa stand for. */
export function expressOf({ req, res }: Pick<KoaContextWithOIDC, 'req' | 'res'>): { req: Request; res: Response } {
  return { req: req as unknown as Request, res: res as unknown as Response }
}
