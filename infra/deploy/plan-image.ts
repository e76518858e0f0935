import type { Aws, Target } from './plan.js';
import type { Step } from './step.js';

/** Milliseconds: another architecture is emulated, and lines are slow. */
const BUILD_TIMEOUT = 1_800_000;
const PUSH_TIMEOUT = 900_000;

export function imageSteps(aws: Aws, { tag }: Target): Step[] {
  return [
    {
      title: 'Build the image',
      timeout: BUILD_TIMEOUT,
      command: (tell) => ({
        program: 'docker',
        args: [
          'build',
          '--pull',
          // With it a tag would be an index of images, each of which counts for the registry's limit.
          '--provenance=false',
          // The stage that has the certificate authorities of RDS.
          '--target',
          'aws',
          '--platform',
          `linux/${tell('architecture')}`,
          '--label',
          `org.opencontainers.image.revision=${tell('revision')}`,
          '--label',
          `org.opencontainers.image.version=${tag}`,
          '--tag',
          `${tell('repositoryUrl')}:${tag}`,
          '.',
        ],
      }),
    },
    {
      title: 'Get a password for the registry',
      command: () => aws('ecr', 'get-login-password'),
      learn: (stdout) => ({ registryPassword: stdout.trim() }),
    },
    {
      title: 'Log in to the registry',
      command: (tell) => ({
        program: 'docker',
        args: ['login', '--username', 'AWS', '--password-stdin', tell('registry')],
        stdin: 'registryPassword',
      }),
    },
    {
      title: 'Push the image',
      timeout: PUSH_TIMEOUT,
      command: (tell) => ({ program: 'docker', args: ['push', `${tell('repositoryUrl')}:${tag}`] }),
    },
  ];
}
