import type { Answers, FakeAnswer } from './fake-commands.js';

const ECS = 'arn:aws:ecs:eu-central-1:123456789012';
export const REPOSITORY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/stats-service-prod';
export const PREVIOUS = `${ECS}:task-definition/stats-service-prod:7`;
export const NEXT = `${ECS}:task-definition/stats-service-prod:9`;
export const MIGRATION = `${ECS}:task-definition/stats-service-prod-migrate:9`;
export const TASK = `${ECS}:task/stats-service-prod/0123456789abcdef`;
export const NETWORK = {
  awsvpcConfiguration: {
    subnets: ['subnet-a', 'subnet-b'],
    securityGroups: ['sg-tasks'],
    assignPublicIp: 'DISABLED',
  },
};

export function json(value: unknown): FakeAnswer {
  return { stdout: JSON.stringify(value) };
}

interface ServiceState {
  readonly taskDefinition: string;
  readonly rolloutState?: string;
  readonly desiredCount?: number;
  readonly others?: readonly object[];
}

export function service({
  taskDefinition,
  rolloutState = 'COMPLETED',
  desiredCount = 2,
  others = [],
}: ServiceState): FakeAnswer {
  const deployments = [{ status: 'PRIMARY', taskDefinition, rolloutState }, ...others];
  const found = {
    status: 'ACTIVE',
    taskDefinition,
    desiredCount,
    networkConfiguration: NETWORK,
    deployments,
  };
  return json({ services: [found], failures: [] });
}

/** What the two looks before the rollout must see. */
export const UNTOUCHED = [service({ taskDefinition: PREVIOUS }), service({ taskDefinition: PREVIOUS })];
export const BEGUN = service({ taskDefinition: NEXT, rolloutState: 'IN_PROGRESS' });

export function migrationTask(lastStatus: string, containers: readonly object[] = []): FakeAnswer {
  return json({ tasks: [{ lastStatus, containers }] });
}

/** As AWS tells it: with what registering a revision refuses. */
function describedDefinition(family: string, command: readonly string[]): FakeAnswer {
  return json({
    taskDefinition: {
      taskDefinitionArn: `${ECS}:task-definition/${family}:8`,
      family,
      revision: 8,
      status: 'ACTIVE',
      requiresAttributes: [{ name: 'ecs.capability.execution-role-awslogs' }],
      compatibilities: ['EC2', 'FARGATE'],
      registeredAt: '2026-11-22T10:00:00.000Z',
      registeredBy: 'arn:aws:iam::123456789012:user/operator',
      requiresCompatibilities: ['FARGATE'],
      cpu: '1024',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        { name: 'stats-service', image: `${REPOSITORY}:none`, command, user: '1000:1000' },
      ],
    },
    tags: [{ key: 'Environment', value: 'prod' }],
  });
}

/** An environment in which all goes well; `changes` replaces single answers. */
export function answers(changes: Answers = {}): Answers {
  return {
    'git status --porcelain': [{}],
    'git rev-parse HEAD': [{ stdout: '0123456789abcdef0123456789abcdef01234567\n' }],
    'aws ecr describe-repositories': [json({ repositories: [{ repositoryUri: REPOSITORY }] })],
    'aws ecr batch-get-image': [json({ images: [], failures: [{ failureCode: 'ImageNotFound' }] })],
    'aws ecs describe-services': [...UNTOUCHED, BEGUN, service({ taskDefinition: NEXT })],
    'aws application-autoscaling describe-scalable-targets': [
      json({ ScalableTargets: [{ MinCapacity: 2 }] }),
    ],
    'aws ecs describe-task-definition': [
      describedDefinition('stats-service-prod', ['serve', '--no-migrate', '--host', '0.0.0.0']),
      describedDefinition('stats-service-prod-migrate', ['migrate', 'up']),
    ],
    'docker build --pull': [{}],
    'aws ecr get-login-password': [{ stdout: 'secret\n' }],
    'docker login --username': [{}],
    [`docker push ${REPOSITORY}:1.2.0`]: [{}],
    'aws ecs register-task-definition': [
      json({ taskDefinition: { taskDefinitionArn: MIGRATION } }),
      json({ taskDefinition: { taskDefinitionArn: NEXT } }),
    ],
    'aws ecs run-task': [json({ tasks: [{ taskArn: TASK }], failures: [] })],
    'aws ecs describe-tasks': [
      json({ tasks: [], failures: [{ reason: 'MISSING' }] }),
      migrationTask('RUNNING', [{ name: 'stats-service' }]),
      migrationTask('STOPPED', [{ name: 'stats-service', exitCode: 0 }]),
    ],
    'aws ecs update-service': [json({})],
    ...changes,
  };
}
