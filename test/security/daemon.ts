// One process of an attacked federation: a coordinator or a hospital with the same code as the daemons', over gRPC with mutual TLS, BGV and SQLite; rows
// come from a small table, computing runs in the process itself, keys lie in the clear in the test's own folder. Never part of the command.
// Argument: a JSON file of `Settings`. Standard output: one JSON record a line (listening, event, show). Standard error: the log, JSON.
// The defences to leave out are named by INSECURE_TEST_DEFENCES_OFF in this process's environment alone.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { turnOffForTests } from '../../core/defences.ts'
import type { Attack } from './attack.ts'
import { collusionOf, type Life, type Secrets, type Settings } from './life.ts'
import { SCENE } from './scene.ts'

function secretsIn(folder: string): Secrets {
  const file = join(folder, 'keys.json')
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {}
  const map = new Map(Object.entries(kept).map(([name, hex]) => [name, new Uint8Array(Buffer.from(hex, 'hex'))]))
  return {
    map,
    save: () => writeFileSync(file, JSON.stringify(Object.fromEntries([...map].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')])))),
  }
}

const told = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))
// A test that was killed leaves nobody behind.
process.stdin.once('end', () => process.exit(0))
const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Settings
turnOffForTests(settings.off)
mkdirSync(collusionOf(settings), { recursive: true })
const attack = settings.attack === null ? null : ((await import(settings.attack)) as { attack: Attack }).attack
const life: Life = {
  settings,
  attack,
  scene: { ...SCENE, ...attack?.scene },
  emit: (record) => void process.stdout.write(`${JSON.stringify(record)}\n`),
  secrets: secretsIn(settings.folder),
  told,
}
if (settings.party === 'coordinator') {
  process.stdin.resume()
  const { liveAsCoordinator } = await import('./daemon-coordinator.ts')
  flushCompileCache()
  await liveAsCoordinator(life)
} else {
  const { liveAsHospital } = await import('./daemon-hospital.ts')
  flushCompileCache()
  await liveAsHospital(life, settings.party)
}
// Standard input is still listened to: without this a party that was told to stop would stay.
process.exit(0)
