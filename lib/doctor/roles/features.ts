import { stanzaErrorOf } from '../../stanzas/iq'
import { DISCO_INFO, DISCO_ITEMS } from '../../xml/namespaces'
import type { Element } from '../../xml/read'

/** Returns the features in an answer to disco#info (XEP-0030 §3.1), or the condition of its refusal. */
export function featuresOf(answer: Element): { readonly features: ReadonlySet<string>; readonly refusal?: string } {
  const refusal = stanzaErrorOf(answer)?.condition
  const children = childrenOf(answer, DISCO_INFO).filter(({ name }) => name === 'feature')
  const features = new Set(children.map(({ attributes }) => attributes.get('var') ?? ''))
  return { features, ...(refusal !== undefined && { refusal }) }
}

/** Returns the JIDs in an answer to disco#items (XEP-0030 §4.1), or `undefined` for a refusal. */
export function itemsOf(answer: Element): readonly string[] | undefined {
  if (stanzaErrorOf(answer) !== undefined) return undefined
  return childrenOf(answer, DISCO_ITEMS).map(({ attributes }) => attributes.get('jid') ?? '')
}

function childrenOf(answer: Element, namespace: string): Element[] {
  const queries = answer.children.filter(child => child.name === 'query' && child.namespace === namespace)
  return queries.flatMap(({ children }) => children).filter(child => child.namespace === namespace)
}
