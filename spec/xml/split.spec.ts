import { readByChild } from '../../lib/xml/read-by-child'
import { XmlError } from '../../lib/xml/restrictions'
import { split } from '../../lib/xml/split'
import { treeOf } from '../fixtures/saxes'

const LIMITS = { elements: 2_000, depth: 16 }
const readNames = (document: string) =>
  readByChild(Buffer.from(document), LIMITS).children.map(({ attributes, name }) => attributes.get('id') ?? name)

describe('a document that is read child by child', () => {
  test('is the same as one that is read as a whole when no child is refused', () => {
    const document =
      "<?xml version='1.0'?> <b xmlns='urn:x' xmlns:p='urn:p' p:c='1 > 0'>\n<p:a d=\"/>\"><p:a>t</p:a></p:a > <e/></b>\n"
    const { children, ...root } = readByChild(Buffer.from(document), LIMITS)

    expect(root).toMatchObject({ namespace: 'urn:x', name: 'b' })
    expect(root.attributes.get('{urn:p}c')).toBe('1 > 0')
    expect(children.map(treeOf)).toEqual([
      treeOf({
        namespace: 'urn:p',
        name: 'a',
        attributes: new Map([['d', '/>']]),
        children: [{ namespace: 'urn:p', name: 'a', attributes: new Map(), children: [], text: 't' }],
        text: '',
      }),
      treeOf({ namespace: 'urn:x', name: 'e', attributes: new Map(), children: [], text: '' }),
    ])
  })

  test.each([
    ['a value', `<m id='bad' a="</m><m id='forged'/><m>"><constructor/></m>`],
    ['escaped text', "<m id='bad'>&lt;/m&gt;&lt;m id='forged'/&gt;<constructor/></m>"],
    ['a nested element', "<m id='bad'><m><m id='forged'/></m><constructor/></m>"],
    ['a value with another quote', `<m id='bad' a="'"><m id='forged' b="'"/><constructor/></m>`],
  ])('has no child that is written in %s of another one', (_, child) => {
    const names = (() => {
      try {
        return readNames(`<b><m id='a'/>${child}<m id='c'/></b>`)
      } catch {
        return ['refused']
      }
    })()

    expect(names).not.toContain('forged')
  })

  test.each([
    ['a child that is not closed', '<b><a></b>'],
    ['children that overlap', '<b><a><c></a></c></b>'],
    ['text beside a child', '<b><a/>text</b>'],
    ['a second root', '<b><a/></b><b/>'],
    ['text behind the root', '<b/>text'],
    ['an end without a beginning', '<b/></b>'],
    ['a comment', '<b><!-- --><a/></b>'],
    ['a CDATA section', '<b><a><![CDATA[x]]></a></b>'],
    ['a processing instruction', '<b><a/><?x?></b>'],
    ['a doctype', '<!DOCTYPE b><b/>'],
    ['a value without an end', "<b><a b='/></b>"],
    ['nothing', ''],
    ['a root that is refused', '<constructor><a/></constructor>'],
    ['a root with too many attributes', `<b ${Array.from({ length: 33 }, (_, n) => `a${n}=''`).join(' ')}><a/></b>`],
  ])('is refused with %s', (_, document) => {
    expect(() => readNames(document)).toThrow(XmlError)
  })

  test('leaves out the largest children when there are too many elements', () => {
    const child = (id: string, elements: number) => `<m id='${id}'>${'<a/>'.repeat(elements - 1)}</m>`
    expect(readNames(`<b>${child('huge', 1_500)}${child('x', 999)}${child('y', 1_000)}</b>`)).toEqual(['x', 'y'])
    expect(readNames(`<b>${child('x', 1_000)}${child('y', 1_000)}${child('z', 2)}</b>`)).toEqual(['x', 'z'])
  })

  test('holds each child to its own limits', () => {
    const limits = { small: { bytes: 40, elements: 3, depth: 3 }, large: { bytes: 4_000, elements: 500, depth: 20 } }
    const heads: (string | undefined)[] = []
    const read = (...children: readonly string[]) =>
      readByChild(Buffer.from(`<b xmlns:p='urn:p'>${children.join('')}</b>`), { elements: 600, depth: 16 }, head => {
        heads.push(head.attributes.get('id'))
        expect(head.children).toEqual([])
        return head.name === 'l' ? limits.large : limits.small
      }).children.map(({ attributes }) => attributes.get('id'))

    expect(read("<s id='1'><x/></s>", "<l id='2'>", '<x/>'.repeat(400), '</l>', "<p:s id='3'/>")).toEqual([
      '1',
      '2',
      '3',
    ])
    expect(read("<s id='4'><x/><x/></s>", "<s id='5'><x><x/></x></s>", "<s id='6'/>")).toEqual(['6'])
    expect(read(`<s id='7'>${'x'.repeat(40)}</s>`, `<s id='8'>${'é'.repeat(14)}</s>`, "<s id='9'/>")).toEqual(['9'])
    expect(read(`<s id='10'>${'x'.repeat(25)}</s>`, `<l id='11'>${'x'.repeat(3_900)}</l>`)).toEqual(['10', '11'])
    expect(heads).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'])
  })

  test('is refused when the tag of the root is long, which is read again for each child', () => {
    const withTag = (length: number) => {
      const tag = "<b xmlns='urn:b'"
      return `${tag.padEnd(length)}><c/></b>`
    }
    expect(readNames(withTag(4_096))).toEqual(['c'])
    expect(() => readNames(withTag(4_097))).toThrow('a start tag that is too long')
  })

  test('leaves out a child whose tag is refused, and does not ask for its limits', () => {
    const limitsOf = jest.fn(() => ({ bytes: 100, elements: 10, depth: 5 }))
    const document = "<b><q:a/><constructor/><a b='1' b='1'/><a>x</a></b>"
    expect(readByChild(Buffer.from(document), LIMITS, limitsOf).children.map(({ text }) => text)).toEqual(['x'])
    expect(limitsOf).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['deep', `<b>${'<a>'.repeat(150_000)}${'</a>'.repeat(150_000)}</b>`],
    ['wide', `<b>${'<a/>'.repeat(250_000)}</b>`],
    ['of one element with many attributes', `<b><a${" b=''".repeat(200_000)}/></b>`],
    ['of open quotes', `<b>${"<a b='".repeat(150_000)}`],
  ])('is split in linear time when it is %s', (_, document) => {
    const begin = performance.now()
    try {
      split(document)
    } catch (error) {
      expect(error).toBeInstanceOf(XmlError)
    }
    expect(performance.now() - begin).toBeLessThan(2_000)
  })
})
