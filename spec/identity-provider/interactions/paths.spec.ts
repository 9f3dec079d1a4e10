import { interactionIn, isUid, onwardTo } from '../../../identity-provider/interactions/paths'

const UID = 'WaoM3DNKE9SWteFz_CkF-oCV'

test('the page on which an interaction goes on names it', () => {
  expect(onwardTo(UID)).toBe(`/interaction/${UID}/onward`)
  expect(interactionIn(onwardTo(UID))).toBe(UID)
})

test.each([
  undefined,
  [onwardTo(UID)],
  '/',
  '/interaction/onward',
  '/interaction//onward',
  `/interaction/${UID}`,
  `/interaction/${UID}/consent`,
  `/interaction/${UID}/x/onward`,
  `/interaction/${UID}/onward?x`,
  `/x${onwardTo(UID)}`,
])('the page %p names no interaction', page => {
  expect(interactionIn(page)).toBeUndefined()
})

test.each(['', 'a b', 'a/b', '"', 'x'.repeat(65), undefined])('%p is not the id of an interaction', text => {
  expect(isUid(text)).toBe(false)
})
