// The closed list of tasks. A new kind of learning is one file and one line here.
import { refuse } from '../core/errors.ts'
import { describe } from './describe.ts'
import { erase } from './erase.ts'
import { evaluate } from './evaluate.ts'
import { fedavg } from './fedavg.ts'
import { logistic } from './logistic.ts'
import { randomness } from './randomness.ts'
import type { AnyTask } from './task.ts'

const TASKS: ReadonlyMap<string, AnyTask> = new Map(
  [erase(randomness), erase(describe), erase(logistic), erase(fedavg), erase(evaluate)].map((task) => [task.name, task]),
)

export const taskNames = (): readonly string[] => [...TASKS.keys()]

/** @throws NOT_FOUND. */
export function taskByName(name: string): AnyTask {
  const task = TASKS.get(name)
  if (!task) throw refuse('NOT_FOUND', `no task ${JSON.stringify(name.slice(0, 80))}; there are ${taskNames().join(', ')}`)
  return task
}
