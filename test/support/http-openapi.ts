import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as z from 'zod';

const jsonSchema = z.record(z.string(), z.unknown());
const media = z.strictObject({ schema: jsonSchema, example: z.unknown().optional() });
const content = z.record(z.string().regex(/^(application|image|text)\//), media);
const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['path', 'query']),
  required: z.boolean(),
  description: z.string().min(1).optional(),
  schema: jsonSchema,
  example: z.string().optional(),
});
const security = z.array(z.record(z.string(), z.array(z.string().regex(/^[a-z]+(:[a-z]+)?$/))));
const response = z.strictObject({
  description: z.string().min(1),
  headers: z
    .record(z.string(), z.strictObject({ description: z.string().min(1), schema: jsonSchema }))
    .optional(),
  content: content.optional(),
});
const operation = z.strictObject({
  operationId: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
  tags: z.array(z.string()).length(1),
  summary: z.string().min(1),
  description: z.string().min(1).optional(),
  security: security.optional(),
  parameters: z.array(parameter).optional(),
  requestBody: z.strictObject({ required: z.literal(true), content }).optional(),
  responses: z.record(z.string().regex(/^[2-5][0-9]{2}$/), response),
});

/** The part of OpenAPI 3.1 that the document uses. An unknown field is an error. */
export const documentSchema = z.strictObject({
  openapi: z.string().regex(/^3\.1\.[0-9]+$/),
  info: z.strictObject({
    title: z.string().min(1),
    version: z.string().min(1),
    description: z.string().min(1).optional(),
  }),
  servers: z.array(z.strictObject({ url: z.literal('/'), description: z.string().min(1) })),
  tags: z.array(z.strictObject({ name: z.string().min(1), description: z.string().min(1) })),
  security,
  paths: z.record(
    z.string().startsWith('/'),
    z.strictObject({
      get: operation.optional(),
      post: operation.optional(),
      put: operation.optional(),
      delete: operation.optional(),
    }),
  ),
  components: z.strictObject({
    securitySchemes: z.record(
      z.string(),
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('apiKey'),
          in: z.literal('header'),
          name: z.string().min(1),
          description: z.string().min(1),
        }),
        z.strictObject({
          type: z.literal('http'),
          scheme: z.literal('bearer'),
          bearerFormat: z.literal('JWT'),
          description: z.string().min(1),
        }),
      ]),
    ),
    schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), jsonSchema),
  }),
});

export type Document = z.output<typeof documentSchema>;
export type Content = z.output<typeof media>;
export type Operation = z.output<typeof operation>;

export interface Endpoint extends Operation {
  readonly method: string;
  readonly path: string;
  /** The header that names the user, if the operation requires one. */
  readonly userHeader: string | undefined;
}

export function endpointsOf({ paths, security: ofAll, components }: Omit<Document, 'servers'>): Endpoint[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, found]) => {
      if (!found) return [];
      const [scheme] = Object.keys((found.security ?? ofAll)[0] ?? {});
      const definition = scheme === undefined ? undefined : components.securitySchemes[scheme];
      const userHeader = definition?.type === 'apiKey' ? definition.name : undefined;
      return [{ ...found, method: method.toUpperCase(), path, userHeader }];
    }),
  );
}

export function codesOf({ responses }: Operation): string[] {
  return Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([, { description }]) =>
      Array.from(description.matchAll(/`([a-z0-9-]+)`:/g), ([, code]) => code ?? ''),
    );
}

/** Validates values against schemas. Compiling a schema takes up to 0.1 s, so each is compiled once. */
export class SchemaJudge {
  static readonly #judges = new Map<string, SchemaJudge>();
  readonly #ajv = new Ajv2020({ validateFormats: false, allErrors: true }).addVocabulary(['components']);
  readonly #components: Document['components'];
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(components: Document['components']) {
    this.#components = components;
    for (const schema of Object.values(components.schemas)) this.#ajv.compile(schema);
  }

  /** Returns the judge of a document, which documents with the same components share. */
  static of({ components }: Document): SchemaJudge {
    const key = JSON.stringify(components);
    const judge = SchemaJudge.#judges.get(key) ?? new SchemaJudge(components);
    SchemaJudge.#judges.set(key, judge);
    return judge;
  }

  accepts(schema: Readonly<Record<string, unknown>>, value: unknown): boolean {
    return this.#validatorOf(schema)(value);
  }

  assertValid(schema: Readonly<Record<string, unknown>>, value: unknown): void {
    const validate = this.#validatorOf(schema);
    assert.ok(validate(value), `${this.#ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
  }

  #validatorOf(schema: Readonly<Record<string, unknown>>): ValidateFunction {
    const key = JSON.stringify(schema);
    const validate =
      this.#validators.get(key) ?? this.#ajv.compile({ ...schema, components: this.#components });
    this.#validators.set(key, validate);
    return validate;
  }
}
