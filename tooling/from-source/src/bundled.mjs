/** Bundles the sources for all processes that this one starts by `sourceFlags`, before its program begins. Meant for `--import`. */
import bundleSources from './bundle-sources.mjs'

await bundleSources()
