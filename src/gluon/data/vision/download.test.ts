// Downloading data sets: mirrors, the cache, and being offline.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { data, folder, images, labels, nowhere, wanted } from '../../../../test/imageFolders.ts'
import { servers } from '../../../../test/serving.ts'
import { type DownloadProgress, findImages } from './source.ts'

/** From here time passes by `vi.advanceTimersByTime` alone: no machine's speed decides who is given up. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
afterEach(() => void vi.useRealTimers())

/** A promise of as many calls of `call`. */
function calls(count: number): { readonly call: () => void; readonly all: Promise<void> } {
  const { promise: all, resolve } = Promise.withResolvers<void>()
  return { call: () => --count === 0 && resolve(), all }
}

describe('downloads', () => {
  const start = servers()
  const serve = async (listener: RequestListener) => `${await start(listener)}data/`

  const whole: RequestListener = (request, response) => {
    const body = readFileSync(join(data, request.url!.slice('/data/'.length)))
    response.setHeader('content-length', body.length)
    response.end(body)
  }

  test('both files, with progress, kept in the cache for the next time', async () => {
    const mirror = await serve(whole)
    const places = { ...nowhere, mirrors: [[mirror]] }
    const progress: string[] = []
    const found = await findImages(
      { ...wanted, onProgress: ({ file, loaded, total }) => progress.push(`${file} ${loaded}/${total}`) },
      places,
    )
    expect(found).toMatchObject({ count: 2000, origin: mirror, edition: 'embedded subset' })
    expect(progress).toContain(`${labels}.gz 937/937`)
    expect(progress.at(-1)).toBe(`${images}.gz 880422/880422`)
    expect(readdirSync(places.cache!).sort()).toEqual([`${images}.gz`, `${labels}.gz`])
    expect(await findImages({ ...wanted, download: false }, places)).toMatchObject({ origin: places.cache })
  })

  test('what a server has unpacked on the way is kept unpacked', async () => {
    const mirror = await serve((request, response) => {
      response.setHeader('content-encoding', 'gzip')
      whole(request, response)
    })
    const places = { ...nowhere, mirrors: [[mirror]] }
    expect(await findImages(wanted, places)).toMatchObject({ count: 2000, origin: mirror })
    expect(readdirSync(places.cache!).sort()).toEqual([images, labels])
    expect(await findImages({ ...wanted, download: false }, places)).toMatchObject({ origin: places.cache })
  })

  test('a dead mirror, a lying one, one that breaks off and one without end are passed over', async () => {
    const [asked, labelled] = [calls(2), calls(3)]
    const silent = await serve(asked.call)
    const portal = await serve((_, response) => response.end('<html>please log in</html>'))
    const breaking = await serve((request, response) => {
      if (request.url!.includes('labels')) whole(request, response)
      else {
        response.setHeader('content-length', 1000)
        response.write('begun', () => response.destroy())
      }
    })
    const endless = await serve((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(2 ** 14)));
        response.once('drain', more)
      }
      more()
    })
    const good = await serve(whole)
    stopTime()
    const onProgress = ({ file, loaded, total }: DownloadProgress) => {
      if (file.includes('labels') && loaded === total) labelled.call()
    }
    const mirrors = [[silent, portal, breaking, endless], [good]]
    const finding = findImages({ ...wanted, onProgress }, { ...nowhere, mirrors, connectTimeoutMs: 2000 })
    // once the three others have sent labels, and the silent one is asked for images too
    await Promise.all([asked.all, labelled.all])
    vi.advanceTimersByTime(2000)
    expect(await finding).toMatchObject({ origin: good, count: 2000 })
  })

  test('without a connection the embedded subset serves, after the time for one server only', async () => {
    const asked = calls(3)
    const silent = [await serve(asked.call), await serve(asked.call), await serve(asked.call)]
    stopTime()
    const finding = findImages(wanted, {
      ...nowhere,
      mirrors: [silent.slice(0, 2), silent.slice(2)],
      connectTimeoutMs: 1000,
      embedded: [data],
    })
    await asked.all
    vi.advanceTimersByTime(1000)
    const found = await finding
    expect(found).toMatchObject({ count: 2000, origin: data })
    expect(found.notice).toContain(
      `because downloading failed ([download] ${silent[0]}${labels}.gz: no answer within 1 s, and 2 more such failures)`,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('a cache that cannot be written costs only the next time', async () => {
    const mirror = await serve(whole)
    const cache = join(folder, 'a file')
    writeFileSync(cache, '')
    const found = await findImages(wanted, { ...nowhere, cache, mirrors: [[mirror]] })
    expect(found).toMatchObject({ count: 2000, origin: mirror })
    expect(found.notice).toContain('Fashion-MNIST: downloaded, but not kept for the next time: EEXIST')
  })
})
