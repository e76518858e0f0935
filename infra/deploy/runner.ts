import { setTimeout } from 'node:timers/promises';
import type { Plan } from './plan.js';
import { runCommand } from './run-command.js';
import { DeployError, UnclearError, type Command, type Fact, type Learned, type Step } from './step.js';

/** Milliseconds for a command that has no time of its own. */
const TIMEOUT = 60_000;

export interface RunOptions {
  readonly write: (line: string) => void;
  /** Milliseconds between two looks at a rollout. */
  readonly pause: number;
}

/** @returns whether the deploy succeeded */
export async function run(plan: Plan, options: RunOptions): Promise<boolean> {
  const { write } = options;
  const runner = new Runner(options);
  if (!(await succeeds(() => runner.run(plan.preparation), write))) return false;
  if (await succeeds(() => runner.run(plan.rollout), write)) return true;
  write('Rolling back.');
  if (await succeeds(() => runner.run(plan.takeBack), write)) {
    write('The service runs what it ran before. Migrations stay applied.');
  } else {
    write(
      'The service could NOT be rolled back; a program does not start after a breaking migration. See to it now.',
    );
  }
  return false;
}

/** Every command, with the names of what only the run will know. */
export function describePlan(plan: Plan): string[] {
  return [
    ...[...plan.preparation, ...plan.rollout].flatMap(describeStep),
    '',
    '# Only if the rollout fails:',
    ...plan.takeBack.flatMap(describeStep),
  ];
}

class Runner {
  readonly #options: RunOptions;
  readonly #facts = new Map<string, string>();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      this.#options.write(step.title);
      await this.#take(step);
    }
  }

  async #take(step: Step): Promise<void> {
    const { title, patience = 0, tooLong } = step;
    const deadline = Date.now() + patience;
    for (;;) {
      const learned = await this.#attempt(step);
      if (learned !== 'again') return this.#keep(learned);
      if (Date.now() >= deadline) {
        throw new DeployError(tooLong?.(this.#tell) ?? `"${title}" took longer than ${patience / 1000} s.`);
      }
      await setTimeout(this.#options.pause);
    }
  }

  async #attempt({ command, timeout = TIMEOUT, learn, ifUnclear }: Step): Promise<Learned | 'again'> {
    try {
      const stdout = await runCommand(command(this.#tell), this.#tell, timeout);
      return learn?.(stdout, this.#tell) ?? {};
    } catch (error) {
      if (ifUnclear === undefined || !(error instanceof UnclearError)) throw error;
      this.#options.write(error.message);
      return ifUnclear === 'again' ? 'again' : {};
    }
  }

  #keep(learned: Learned): void {
    for (const [fact, value] of Object.entries(learned)) this.#facts.set(fact, value);
  }

  readonly #tell = (fact: Fact): string => {
    const value = this.#facts.get(fact);
    if (value === undefined) throw new Error(`Nothing has told ${fact} yet.`);
    return value;
  };
}

async function succeeds(work: () => Promise<void>, write: (line: string) => void): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    write(error instanceof DeployError ? error.message : String(error));
    return false;
  }
}

function describeStep({ title, command }: Step): string[] {
  return [`# ${title}`, describeCommand(command(placeholder))];
}

function placeholder(fact: Fact): string {
  return `<${fact}>`;
}

function describeCommand({ program, args, stdin }: Command): string {
  const line = [program, ...args].map(quoted).join(' ');
  return stdin === undefined ? line : `${line} # with <${stdin}> on stdin`;
}

function quoted(word: string): string {
  return /^[\w./:=<>-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
