import { CLIENT } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node, write } from '../../xml/write'
import { rawXml, writeWithRaw } from '../protocol/raw'
import { errorElement } from '../protocol/reply'
import type { Step } from '../protocol/request'
import { copyOf } from '../protocol/stanza'
import type { FaultReply } from './fault'

/** Fault that changes single answers of a step, and leaves the rest of the reply as it is. */
export type AnswerFault = Extract<FaultReply, { readonly answer: unknown } | { readonly stanzaError: unknown }>

/** Returns true for a fault that changes single answers. In other steps than questions, an error is a whole reply. */
export function isOfAnswers(fault: FaultReply, on: Step): fault is AnswerFault {
  if (typeof fault !== 'object') return false
  return 'answer' in fault || ('stanzaError' in fault && isQuestion(on))
}

/** Returns true for the steps that may hold several questions. */
export function isQuestion(step: Step): boolean {
  return step === 'roles' || step === 'vcard'
}

/**
 * Changes the answers to single questions.
 *
 * @param answers all that the server has to send
 * @param questions stanzas of the request that the fault strikes
 */
export function struck(answers: readonly Node[], questions: readonly Element[], fault: AnswerFault): readonly Node[] {
  return answers.flatMap(answer => {
    const question = questions.find(({ attributes }) => attributes.get('id') === answer.attributes['id'])
    if (answer.name !== 'iq' || question === undefined) return [answer]
    if ('stanzaError' in fault) return [refused(answer, fault.stanzaError)]
    const text = fault.answer(writeWithRaw(answer), write(asked(question)))
    return text === '' ? [] : [rawXml(text)]
  })
}

function refused({ name, attributes }: Node, condition: string): Node {
  return element(name, { ...attributes, type: 'error' }, errorElement(condition))
}

function asked(question: Element): Node {
  const { name, attributes, children } = copyOf(question)
  return element(name, { xmlns: CLIENT, ...attributes }, ...children)
}
