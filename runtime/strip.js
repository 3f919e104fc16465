// For a Node that knows no types: strips them as a file is loaded, and finds 'glueball'. Loaded with --import.
import { register } from 'node:module'

register('./strip-hooks.js', import.meta.url)
