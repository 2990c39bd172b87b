#!/usr/bin/env node
// The command, in plain JavaScript: under an old Node it hands over to the Node 24 of node_modules, else it loads cli/main.ts.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { advice, bundledNode, isNodeNewEnough } from '../scripts/node-version.mjs'

const OLD_NODE_EXIT = 2

/** Runs the same command under another Node; signals and the exit code pass through. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${advice()} (${error.message})\n`)
    process.exitCode = OLD_NODE_EXIT
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
  })
}

const bundled = bundledNode()
if (isNodeNewEnough()) await import('./main.ts')
else if (bundled) handOver(bundled)
else {
  process.stderr.write(`${advice()}\n`)
  process.exitCode = OLD_NODE_EXIT
}
