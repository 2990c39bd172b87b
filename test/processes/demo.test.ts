// The launcher of real daemons, where something goes wrong: it says what, and leaves nothing running.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Demo, processesOf, startDemo } from '../support/demo-process.ts'

const linux = existsSync('/proc/self/cmdline')
let folder: string
let demo: Demo
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'consilium-demo-test-'))
  demo = startDemo(['--out', folder])
})
afterEach(async () => {
  demo.process.kill('SIGTERM')
  await demo.exitCode
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!linux)(`the demo${linux ? '' : ' (skipped: no /proc to see processes in)'}`, () => {
  it('ends all daemons at a signal, and says that it was stopped', async () => {
    await demo.until(/enrolled .*5 of 5/)
    expect([...processesOf(folder).values()].filter((c) => /(coordinator|client) start/.test(c))).toHaveLength(6)
    demo.process.kill('SIGTERM')
    expect(await demo.exitCode).toBe(143)
    expect(processesOf(folder)).toEqual(new Map())
    expect(demo.errors.join('\n')).toMatch(/stopped/)
  })

  it('says which daemon died, ends the others and fails', async () => {
    await demo.until(/job [0-9a-f]{12}/)
    const [renmin] = [...processesOf(folder)].find(([, command]) => command.includes(path.join(folder, 'renmin'))) ?? []
    process.kill(renmin as number, 'SIGKILL')
    expect(await demo.exitCode).toBe(1)
    expect(demo.errors[0]).toMatch(/renmin ended on SIGKILL/)
    expect(processesOf(folder)).toEqual(new Map())
  })
})
