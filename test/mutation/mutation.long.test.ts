// 9,000 damaged files, and 2,000 of each format that other tools exchange: each is refused in a line or read aright, soon
// and in little memory, and no checksum is passed over.
import { afterAll, test } from 'vitest'
import { campaign } from './campaign.ts'
import { formats } from './formats.ts'

const each = Math.ceil(9000 / formats.length)
const log: string[] = []
afterAll(() => console.log(log.join('\n')))

test.each(formats.map(({ name, files = each }) => [name, files] as const))('%s, %i files', async (name, files) => {
  log.push(await campaign(name, 1_000_000, files))
})
