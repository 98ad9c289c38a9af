/**
 * F-measure of a binarised page in percent, as DIBCO counts (Gatos et al. 2009): the harmonic mean of precision and
 * recall, where text is what is to be found. `page` and `truth` hold 0..1; text is what is darker than middle grey.
 */
export function fMeasure(page: ArrayLike<number>, truth: ArrayLike<number>): number {
  if (page.length !== truth.length) throw new RangeError('sizes do not match')
  let found = 0
  let text = 0
  let both = 0
  for (let i = 0; i < page.length; i++) {
    const isFound = page[i] < 0.5
    const isText = truth[i] < 0.5
    if (isFound) found++
    if (isText) text++
    if (isFound && isText) both++
  }
  return found + text === 0 ? 100 : (200 * both) / (found + text)
}
