import { expect, test } from 'vitest'
import { ofPicture } from './of-picture.ts'

test('an error names the picture that it was met with, unless it names a file or is about no picture', () => {
  const memory = { code: 'out-of-memory', message: 'The engine ran out of memory.', hint: 'Wait.' } as const
  const file = '/photos/a.jpg'
  expect(ofPicture(memory, file)).toEqual({
    ...memory,
    message: 'a.jpg: The engine ran out of memory.',
    file,
  })
  expect(ofPicture(memory, 'C:\\photos\\a.jpg').message).toMatch(/^a\.jpg: /)
  const named = { ...memory, file: '/masks/m.png' }
  expect(ofPicture(named, file)).toBe(named)
  const cancelled = { code: 'cancelled', message: 'Cancelled.' } as const
  expect(ofPicture(cancelled, file)).toBe(cancelled)
})
