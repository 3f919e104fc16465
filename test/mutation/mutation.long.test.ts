// 9,000 damaged files: each is refused in a line or read aright, soon and in little memory, and no checksum is passed over.
import { afterAll, test } from 'vitest'
import { campaign } from './campaign.ts'
import { formats } from './formats.ts'

const each = Math.ceil(9000 / formats.length)
const log: string[] = []
afterAll(() => console.log(log.join('\n')))

test.each(formats.map(({ name }) => name))('%s', async (name) => {
  log.push(await campaign(name, 1_000_000, each))
})
