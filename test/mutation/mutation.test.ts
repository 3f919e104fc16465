// A slice of the damaged files of each format, and its bombs; all 9,000 files are in mutation.long.test.ts.
import { expect, test } from 'vitest'
import { campaign } from './campaign.ts'
import { formats } from './formats.ts'

test.each(formats.map(({ name }) => name))('%s', async (name) => {
  const line = await campaign(name, 0, 100, 'bombs')
  // the damage is real: some of it is seen, where a format lets it be seen
  if (name !== 'metrics.jsonl') expect(line).not.toContain(' 0 refused')
})
