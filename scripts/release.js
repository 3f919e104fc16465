// Releases the version of package.json: checks, a tag, and the package with its provenance. Runs on Node 20.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const usage = `Usage: npm run release -- [--dry-run]

Publishes the version of package.json: its section in CHANGELOG.md must be dated, the tree committed, the tests green.
A continuous integration that gives an identity (id-token: write) signs where the package comes from.

  --dry-run  all checks, and what would be published; no tag, nothing sent`

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } } })
const dry = values['dry-run'] ?? false

function fail(message) {
  console.error(`[release] ${message}`)
  process.exit(1)
}

/** What a command prints. */
const output = (file, ...args) => execFileSync(file, args, { encoding: 'utf8' }).trim()
/** Runs a command and shows what it prints. */
const run = (file, ...args) => execFileSync(file, args, { stdio: 'inherit' })

/** The section of a version in the changelog, without its heading. */
function sectionOf(version) {
  const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m)
  const section = sections.find((text) => text.startsWith(`[${version}]`))
  if (!section) fail(`CHANGELOG.md has no section [${version}]: name [Unreleased] so`)
  const [heading, ...lines] = section.split('\n')
  if (!/ - \d{4}-\d{2}-\d{2}$/.test(heading))
    fail(`the section [${version}] has no date: '## [${version}] - 2026-01-31'`)
  const text = lines.join('\n').trim()
  if (!text) fail(`the section [${version}] is empty`)
  return text
}

function release() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const tag = `v${version}`
  const changes = sectionOf(version)
  if (output('git', 'status', '--porcelain')) fail('the tree has changes that are not committed')
  if (output('git', 'tag', '--list', tag)) fail(`the tag ${tag} exists: raise the version in package.json`)
  run('npm', 'test')
  if (dry) return run('npm', 'publish', '--dry-run')
  run('git', 'tag', '--annotate', tag, '--message', `${tag}\n\n${changes}`)
  run('npm', 'publish', '--access', 'public', ...(process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ? ['--provenance'] : []))
  console.log(`published ${version}; push the tag: git push origin ${tag}`)
}

if (values.help) console.log(usage)
else release()
