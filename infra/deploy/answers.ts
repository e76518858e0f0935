import * as z from 'zod';
import { DeployError, UnclearError } from './step.js';

const deploymentSchema = z.object({
  status: z.string(),
  taskDefinition: z.string(),
  rolloutState: z.string().optional(),
  rolloutStateReason: z.string().optional(),
});

export type Deployment = z.infer<typeof deploymentSchema>;

const serviceSchema = z.object({
  status: z.string(),
  taskDefinition: z.string(),
  desiredCount: z.int(),
  networkConfiguration: z.looseObject({ awsvpcConfiguration: z.looseObject({}) }),
  deployments: z.array(deploymentSchema),
});

export type Service = z.infer<typeof serviceSchema>;

export const servicesSchema = z.object({ services: z.array(serviceSchema) });

export const repositoriesSchema = z.object({
  repositories: z.array(z.object({ repositoryUri: z.string() })),
});

export const imagesSchema = z.object({
  images: z.array(z.unknown()),
  failures: z.array(z.object({ failureCode: z.string() })),
});

export const scalableTargetsSchema = z.object({
  ScalableTargets: z.array(z.object({ MinCapacity: z.int() })),
});

const containerSchema = z.looseObject({ name: z.string(), image: z.string() });

export const taskDefinitionSchema = z.object({
  taskDefinition: z.looseObject({
    taskDefinitionArn: z.string(),
    containerDefinitions: z.array(containerSchema),
    runtimePlatform: z.looseObject({ cpuArchitecture: z.enum(['ARM64', 'X86_64']) }).optional(),
  }),
  tags: z.array(z.unknown()).optional(),
});

export type TaskDefinition = z.infer<typeof taskDefinitionSchema>;

export const registeredSchema = z.object({ taskDefinition: z.object({ taskDefinitionArn: z.string() }) });

export const startedSchema = z.object({
  tasks: z.array(z.object({ taskArn: z.string() })),
  failures: z.array(z.object({ reason: z.string().optional() })),
});

export const describedTasksSchema = z.object({
  tasks: z.array(
    z.object({
      lastStatus: z.string(),
      stoppedReason: z.string().optional(),
      containers: z.array(
        z.object({ name: z.string(), exitCode: z.int().optional(), reason: z.string().optional() }),
      ),
    }),
  ),
});

/** @throws {UnclearError} if a program's output is not what it must be */
export function parsed<T>(schema: z.ZodType<T>, stdout: string): T {
  const result = schema.safeParse(parseJson(stdout));
  if (result.success) return result.data;
  throw new UnclearError(`AWS answered something else than expected: ${z.prettifyError(result.error)}`);
}

/** @throws {DeployError} if there is none, or more than one could be meant */
export function only<T>(items: readonly T[], what: string): T {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) {
    throw new DeployError(`${items.length === 0 ? 'There is no' : 'There is more than one'} ${what}.`);
  }
  return item;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
