// The packed package in pages, opened in Chromium: as it is by an import map, bundled, and in a page's own worker.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import { type Browser, type ConsoleMessage, chromium } from 'playwright-core'
import { build } from 'vite'
import { filesOf, isolating, strictPolicy } from '../test/browser/files.ts'
import type { Host, Ran } from './packageRun.ts'
import { findPeer, peers } from './peers.ts'

/** Runs Chromium around a call. */
export async function inChromium<T>(call: (browser: Browser) => Promise<T>): Promise<T> {
  const executablePath = findPeer(peers.find(({ suffix }) => suffix === 'chromium')!)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 0 })
  return call(browser).finally(() => browser.close())
}

/** Opens a page and waits for the line that it logs. */
export async function openPage(browser: Browser, address: string): Promise<Ran> {
  const page = await browser.newPage()
  const complaints: string[] = []
  const complains = (message: ConsoleMessage) =>
    /warning|error/.test(message.type()) && !message.location().url.endsWith('/favicon.ico')
  page.on('console', (message) => void (complains(message) && complaints.push(message.text())))
  page.on('pageerror', ({ message }) => void complaints.push(message))
  const logged = page.waitForEvent('console', { predicate: (message) => message.type() === 'log', timeout: 120_000 })
  const printed = await Promise.all([logged, page.goto(address)]).then(
    ([message]) => message.text(),
    (error) => String(error),
  )
  await page.close()
  return { printed, complaints }
}

/** Serves a folder of the consumer's, with its data beside, and opens a page there. */
async function served(
  browser: Browser,
  consumer: string,
  [folder, path]: readonly [string, string],
  headers: Readonly<Record<string, string>>,
): Promise<Ran> {
  const [data, files] = [consumer, join(consumer, folder)].map((place) => filesOf(place, headers))
  const listener: RequestListener = (request, response) =>
    (request.url?.startsWith('/data/') ? data : files)(request, response)
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await openPage(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Builds the pages that Vite bundles; gives its warnings. */
async function byVite(consumer: string): Promise<string[]> {
  const warnings: string[] = []
  await build({
    root: join(consumer, 'pages'),
    configFile: false,
    logLevel: 'silent',
    worker: { format: 'es' },
    build: {
      outDir: join(consumer, 'vite'),
      emptyOutDir: true,
      rolldownOptions: {
        input: ['own', 'policy'].map((name) => join(consumer, 'pages', `${name}.html`)),
        onLog: (level, { message }) => void (level === 'warn' && warnings.push(message)),
      },
    },
  })
  return warnings
}

/** A page of a folder, which `make` builds and complains of. */
export function pageHost(
  folder: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  make?: (consumer: string) => Promise<string[]>,
): Host {
  return async (consumer) => {
    const warnings = (await make?.(consumer)) ?? []
    const ran = await inChromium((browser) => served(browser, consumer, [folder, path], headers))
    return { ...ran, complaints: [...warnings, ...ran.complaints] }
  }
}

/** All pages; none where there is no Chromium, which is said. */
export async function pageHosts(): Promise<Readonly<Record<string, Host>>> {
  if (!findPeer(peers.find(({ suffix }) => suffix === 'chromium')!)) {
    console.log('left out, Chromium is absent: the pages of the package')
    return {}
  }
  const strict = { ...isolating, ...strictPolicy }
  return {
    'import map, isolated': pageHost('.', 'pages/map.html', isolating),
    'import map, not isolated': pageHost('.', 'pages/map.html', {}),
    'esbuild, a script': pageHost('.', 'pages/script.html', isolating, byEsbuild),
    "Vite, a page's own worker": pageHost('vite', 'own.html', isolating, byVite),
    'Vite, glueball/worker under a strict content policy': pageHost('vite', 'policy.html', strict),
  }
}

async function byEsbuild(consumer: string): Promise<string[]> {
  const [entry, outfile] = ['losses.js', 'pages/script.js'].map((name) => join(consumer, name))
  const { warnings } = await bundle({ entryPoints: [entry], outfile, bundle: true, minify: true, logLevel: 'silent' })
  return warnings.map(({ text }) => text)
}
