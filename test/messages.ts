// Checks wrong uses: each is answered by one line that says what was wrong, what was got and what would be right.
import { GlueballError } from 'glueball'
import { expect, it } from 'vitest'

/** Wrong uses by what is wrong, each with the whole message. */
export type Uses = Readonly<Record<string, readonly [use: () => unknown, message: string]>>

/** A test for each use; names of blocks that were counted are left out of the messages. */
export function checkAnswers(uses: Uses): void {
  it.each(Object.entries(uses))('answers %s', (_name, [use, message]) => {
    let error: unknown
    try {
      use()
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(GlueballError)
    expect((error as Error).message.replace(/^in \w*\d \(\w+\): /, '')).toBe(message)
  })
}
