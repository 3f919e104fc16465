// What the page's own worker runs.
import '../losses.js'
