// The app, built from the packed package and driven in Chromium as a user would: start, ten steps, stop, resume.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { isolating, pages, strictPolicy } from './browser.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'glueball-app-'))
afterAll(() => rmSync(project, { recursive: true, force: true }))

/** A project that has the app, and the package as npm packs it. */
function layOut(): void {
  const run = (command: string, args: readonly string[]) => {
    const { status, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  }
  const modules = join(project, 'node_modules')
  mkdirSync(modules)
  run('npm', ['pack', '--silent', '--pack-destination', project])
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))
  run('tar', ['-xf', join(project, String(tarball)), '-C', modules])
  renameSync(join(modules, 'package'), join(modules, 'glueball'))
  symlinkSync(join(root, 'node_modules/uplot'), join(modules, 'uplot'))
  for (const name of ['app', 'data', 'tsconfig.json'])
    cpSync(join(root, name), join(project, name), { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
}

layOut()
const app = pages({ root: join(project, 'app'), configFile: join(project, 'app/vite.config.ts') })

/** The step that the page shows. */
async function stepOf(page: Page): Promise<number> {
  const text = await page.locator('#status').textContent()
  return Number(/Step (\d+)/.exec(text ?? '')?.[1] ?? 0)
}

const reach = (page: Page, step: number) =>
  expect.poll(() => stepOf(page), { interval: 200 }).toBeGreaterThanOrEqual(step)

describe.each([
  { name: 'isolated', headers: isolating },
  { name: 'not isolated', headers: {} },
  { name: 'isolated, strict policy', headers: { ...isolating, ...strictPolicy } },
  { name: 'not isolated, strict policy', headers: strictPolicy },
])('the app, $name', ({ headers }) => {
  it('trains NiN on the CPU, stops and goes on', () => trains(headers, { engine: 'CPU', network: 'NiN', images: 16 }))
})

it('the app trains a narrow NiN on the GPU, stops and goes on', () =>
  trains(
    { ...isolating, ...strictPolicy },
    { engine: 'GPU', network: 'NiN with an eighth of the channels', images: 4 },
  ))

/** Starts a training in a page, and after ten steps stops it and lets it go on. */
async function trains(
  headers: Readonly<Record<string, string>>,
  { engine, network, images }: { readonly engine: string; readonly network: string; readonly images: number },
): Promise<void> {
  const page = await app.open('index.html', headers)
  await page.getByLabel('Engine').selectOption(engine)
  await page.getByLabel('Network').selectOption(network)
  await page.getByLabel('Images in a step').fill(String(images))
  await page.getByRole('button', { name: 'Start' }).click()
  await reach(page, 10)
  const steps = 10 * Math.ceil(10_000 / images)
  expect(await page.locator('#status').textContent()).toMatch(
    new RegExp(`of ${steps}: loss \\d\\.\\d{4}, \\d+ images a second`),
  )
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped.').waitFor()
  const stopped = await stepOf(page)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  expect(await stepOf(page)).toBe(stopped)
  await page.getByRole('button', { name: 'Resume' }).click()
  await reach(page, stopped + 2)
  await page.close()
}
