// The last lines of a run: what it reached, and what can be typed next.
import { relative } from 'node:path'
import { printable } from '../../core/printable.ts'
import { launcher } from '../programs/launcher.ts'
import type { Settings } from '../settings/settings.ts'
import type { EndEvent } from '../training/events.ts'
import { clock } from '../training/pace.ts'

/** What came out and what comes next. */
export function nextSteps(end: EndEvent, settings: Settings | undefined): string {
  const folder = printable(shortPath(end.out))
  const best = `best ${end.bestAccuracy.toFixed(4)} in epoch ${end.bestEpoch}`
  const lines = [
    `Done in ${clock(end.seconds)}: test accuracy ${end.testAccuracy.toFixed(4)}, ${best}.`,
    '',
    'What next:',
  ]
  const next: [string, string][] = [
    [`open ${folder}/report.html`, 'curves, confusion matrix, right and wrong predictions'],
    [`glueball predict ${folder} IMAGE.png`, 'what the network sees in a picture of yours'],
  ]
  if (settings?.dataset === 'fashion-mnist-subset' || settings?.limitTrain) {
    next.push([`glueball train ${settings.model} --dataset fashion-mnist`, 'the whole set: 60,000 images'])
  }
  if (settings?.model === 'nin' && settings.recipe !== 'tutorial') {
    next.push(['glueball train nin --recipe tutorial', 'the tutorial’s own settings, to compare'])
  }
  next.push([`glueball train --resume ${folder} --epochs ${(settings?.epochs ?? 0) + 10}`, 'ten more epochs'])
  const width = Math.max(...next.map(([line]) => line.length))
  lines.push(...next.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`))
  const typed = process.env['npm_command'] && typedWithNpm(launcher() !== undefined)
  if (typed) lines.push(`(with npm: ${typed} in place of glueball)`)
  return lines.join('\n')
}

/** What is typed in place of `glueball` where npm finds the command and the shell does not. */
export function typedWithNpm(inRepository: boolean): string {
  return inRepository ? 'npm run glueball --' : 'npx glueball'
}

/** A path as the user would type it from here. */
export function shortPath(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : near
}
