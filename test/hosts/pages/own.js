// Trains in a worker of the page's own, which starts the engine's workers.
new Worker(new URL('./ownWorker.js', import.meta.url), { type: 'module' })
