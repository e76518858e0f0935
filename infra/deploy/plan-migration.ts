import { describedTasksSchema, only, parsed, registeredSchema, startedSchema } from './answers.js';
import { CONTAINER, type Names } from './names.js';
import type { Aws } from './plan.js';
import { DeployError, type Fact, type Step } from './step.js';

/**
 * Registers what will run, and migrates. An image that cannot work on the schema fails here, before it could fail in
 * the service.
 */
export function migrationSteps(aws: Aws, { cluster, migrationFamily }: Names, patience: number): Step[] {
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
      command: (tell) => aws('ecs', 'describe-tasks', '--cluster', cluster, '--tasks', tell('migrationTask')),
      ifUnclear: 'again',
      patience,
      tooLong: (tell) =>
        `The migration was not seen to end, and may still run, as task ${tell('migrationTask')}; the service is as it was. When it has ended, deploy the image with --redeploy.`,
      learn(stdout) {
        // A task that was only just started may not be known yet.
        const [task] = parsed(describedTasksSchema, stdout).tasks;
        if (task?.lastStatus !== 'STOPPED') return 'again';
        const { stoppedReason, containers } = task;
        // Fargate may have added others, such as GuardDuty's agent.
        const { exitCode, reason } = containers.find(({ name }) => name === CONTAINER) ?? {};
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
