// The page's content policy refuses workers from blob: URLs.
import { configureCpu } from 'glueball'

configureCpu({ workerUrl: new URL('glueball/worker', import.meta.url) })
await import('../losses.js')
