import { only, parsed, registeredSchema, startedSchema, stoppedSchema } from './answers.js';
import { CONTAINER, type Names } from './names.js';
import type { Aws } from './plan.js';
import { DeployError, type Fact, type Step } from './step.js';

/** Milliseconds: more than the ten minutes that the command waits. */
const WAIT_TIMEOUT = 660_000;

/**
 * Registers what will run, and migrates. An image that is older than the schema fails here, before it could fail in
 * the service.
 */
export function migrationSteps(aws: Aws, { cluster, migrationFamily }: Names): Step[] {
  return [
    register(aws, 'the migration', 'migrationInput', 'migrationDefinition'),
    register(aws, 'the service', 'serviceInput', 'serviceDefinition'),
    {
      title: 'Start the migration',
      command: (tell) =>
        aws(
          'ecs',
          'run-task',
          '--cluster',
          cluster,
          '--task-definition',
          tell('migrationDefinition'),
          '--launch-type',
          'FARGATE',
          '--network-configuration',
          tell('network'),
          '--propagate-tags',
          'TASK_DEFINITION',
        ),
      learn(stdout) {
        const { tasks, failures } = parsed(startedSchema, stdout);
        const [failure] = failures;
        if (failure) throw new DeployError(`The migration did not start: ${failure.reason ?? 'unknown'}.`);
        return { migrationTask: only(tasks, 'task of the migration').taskArn };
      },
    },
    {
      title: 'Wait for the migration',
      timeout: WAIT_TIMEOUT,
      command: (tell) =>
        aws('ecs', 'wait', 'tasks-stopped', '--cluster', cluster, '--tasks', tell('migrationTask')),
    },
    {
      title: 'See how the migration ended',
      command: (tell) => aws('ecs', 'describe-tasks', '--cluster', cluster, '--tasks', tell('migrationTask')),
      learn(stdout) {
        const { containers, stoppedReason } = only(
          parsed(stoppedSchema, stdout).tasks,
          'task of the migration',
        );
        const { exitCode, reason } = only(containers, `container ${CONTAINER}`);
        if (exitCode === 0) return {};
        const end = exitCode === undefined ? (reason ?? stoppedReason ?? 'no reason') : `exit ${exitCode}`;
        throw new DeployError(
          `The migration failed (${end}); the service is as it was. Its log has the streams migrate/ of /${migrationFamily.replace(/-migrate$/, '')}/tasks.`,
        );
      },
    },
  ];
}

function register(aws: Aws, what: string, input: Fact, definition: Fact): Step {
  return {
    title: `Register ${what}`,
    command: (tell) => aws('ecs', 'register-task-definition', '--cli-input-json', tell(input)),
    learn: (stdout) => ({ [definition]: parsed(registeredSchema, stdout).taskDefinition.taskDefinitionArn }),
  };
}
