// Reads a YAML file against a zod schema: unknown keys are refused; the message names key, value and what is allowed.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import type { z } from 'zod'
import { refuse } from '../../core/errors.ts'

const LONGEST_FILE_BYTES = 1 << 20

export function readConfig<S extends z.ZodType>(schema: S, file: string): z.output<S> {
  let document: unknown
  try {
    const bytes = readFileSync(file)
    if (bytes.length > LONGEST_FILE_BYTES) throw refuse('BAD_CONFIG', `${file}: larger than ${LONGEST_FILE_BYTES} bytes`)
    document = parse(bytes.toString('utf8'), { maxAliasCount: 0, logLevel: 'error' })
  } catch (error) {
    throw refuse('BAD_CONFIG', `${file}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read'}`, error)
  }
  const result = schema.safeParse(document)
  if (!result.success) throw refuse('BAD_CONFIG', `${file}: ${result.error.issues.map((issue) => complaint(issue, document)).join('; ')}`)
  return result.data
}

function complaint(issue: z.core.$ZodIssue, document: unknown): string {
  const at = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.map((k) => (at ? `${at}.${k}` : k)).join(', ')}`
  const value = issue.path.reduce<unknown>((v, key) => (typeof v === 'object' && v !== null ? (v as Record<PropertyKey, unknown>)[key] : undefined), document)
  return `${at || 'file'}${value === undefined ? ' is missing' : ` is ${JSON.stringify(value)?.slice(0, 80)}`}: ${issue.message}`
}

/** Paths in a config file are relative to the file. */
export const besideFile = (file: string, path: string): string => resolve(dirname(file), path)
