import {
  imagesSchema,
  only,
  parsed,
  repositoriesSchema,
  scalableTargetsSchema,
  taskDefinitionSchema,
} from './answers.js';
import type { Names } from './names.js';
import type { Aws, Target } from './plan.js';
import { describeService, settledServiceIn } from './service.js';
import { DeployError, type Step } from './step.js';
import { withImage } from './task-definition.js';

/** What is there, and whether it may be changed. Nothing is. */
export function surveySteps(aws: Aws, names: Names, { tag, isBuilt }: Target): Step[] {
  const { cluster, service, repository, serviceFamily, migrationFamily } = names;
  return [
    ...(isBuilt ? [] : workTreeSteps()),
    {
      title: 'Find the registry',
      command: () => aws('ecr', 'describe-repositories', '--repository-names', repository),
      learn(stdout) {
        const { repositories } = parsed(repositoriesSchema, stdout);
        const { repositoryUri } = only(repositories, `repository ${repository}`);
        return { repositoryUrl: repositoryUri, registry: repositoryUri.split('/', 1).join('') };
      },
    },
    {
      title: isBuilt ? `Find the image ${tag}` : `See that ${tag} is free`,
      command: () =>
        aws('ecr', 'batch-get-image', '--repository-name', repository, '--image-ids', `imageTag=${tag}`),
      learn(stdout) {
        const { images, failures } = parsed(imagesSchema, stdout);
        const other = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
        if (other) throw new DeployError(`The registry answered ${other.failureCode} about ${tag}.`);
        if (isBuilt && images.length === 0)
          throw new DeployError(`There is no image ${tag} in ${repository}.`);
        if (!isBuilt && images.length > 0) {
          throw new DeployError(`${tag} is in ${repository} already; --redeploy ${tag} rolls it out.`);
        }
        return {};
      },
    },
    {
      title: 'Find the service',
      command: () => describeService(aws, names),
      learn(stdout) {
        const { taskDefinition, desiredCount, networkConfiguration } = settledServiceIn(stdout, names);
        return {
          previousDefinition: taskDefinition,
          desiredCount: String(desiredCount),
          network: JSON.stringify(networkConfiguration),
        };
      },
    },
    {
      title: 'Find how many tasks must run',
      command: () =>
        aws(
          'application-autoscaling',
          'describe-scalable-targets',
          '--service-namespace',
          'ecs',
          '--resource-ids',
          `service/${cluster}/${service}`,
        ),
      learn(stdout) {
        const { ScalableTargets: targets } = parsed(scalableTargetsSchema, stdout);
        return { minimumTasks: String(only(targets, `autoscaling of ${service}`).MinCapacity) };
      },
    },
    {
      title: 'Read the task definition of the service',
      command: () => describeFamily(aws, serviceFamily),
      learn(stdout, tell) {
        const found = parsed(taskDefinitionSchema, stdout);
        return {
          serviceInput: withImage(found, `${tell('repositoryUrl')}:${tag}`),
          architecture: found.taskDefinition.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'amd64',
        };
      },
    },
    {
      title: 'Read the task definition of the migration',
      command: () => describeFamily(aws, migrationFamily),
      learn: (stdout, tell) => ({
        migrationInput: withImage(parsed(taskDefinitionSchema, stdout), `${tell('repositoryUrl')}:${tag}`),
      }),
    },
  ];
}

/** A tag must mean one commit, and all of it. */
function workTreeSteps(): Step[] {
  return [
    {
      title: 'See that the work tree is clean',
      command: () => ({ program: 'git', args: ['status', '--porcelain'] }),
      learn(stdout) {
        if (stdout.trim() === '') return {};
        throw new DeployError(
          'The work tree has changes; commit them, so that the image can be built again.',
        );
      },
    },
    {
      title: 'Read the commit',
      command: () => ({ program: 'git', args: ['rev-parse', 'HEAD'] }),
      learn: (stdout) => ({ revision: stdout.trim() }),
    },
  ];
}

function describeFamily(aws: Aws, family: string) {
  return aws('ecs', 'describe-task-definition', '--task-definition', family, '--include', 'TAGS');
}
