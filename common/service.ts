// The solving service for other programs: what it takes and gives, and how much of it.

import { z } from 'zod';
import { executionProviderSchema } from './config/device.ts';
import { haltingRuleSchema } from './halting/rule.ts';
import { subjectSchema } from './jobs.ts';

/** What the process of the service is told at its start. */
export const serviceSpecSchema = z.object({
  subject: subjectSchema,
  label: z.string(),
  host: z.string(),
  /** 0 takes any that is free. */
  port: z.number().int().min(0).max(65_535),
  provider: executionProviderSchema,
  threads: z.number().int().min(0),
  /** Requests of one client in a minute. */
  requestsPerMinute: z.number().int().min(1),
  /** A request that takes longer is answered with an error. */
  requestSeconds: z.number().min(0.1),
});
export type ServiceSpec = z.infer<typeof serviceSpecSchema>;

export const mostPuzzlesPerRequest = 64;
export const mostStepsPerRequest = 1024;

export const solveRequestSchema = z.strictObject({
  puzzles: z
    .array(z.string().min(1).max(20_000))
    .min(1)
    .max(mostPuzzlesPerRequest)
    .describe('Puzzles as text, as `trm solve` takes them'),
  maximumSteps: z
    .int()
    .min(1)
    .max(mostStepsPerRequest)
    .optional()
    .describe('Most supervision steps; as in training where absent'),
  halting: haltingRuleSchema.optional().describe("When a puzzle halts; the model's own rule where absent"),
  steps: z.boolean().default(false).describe('Whether the answer after each step is given too'),
});
export type SolveRequest = z.infer<typeof solveRequestSchema>;

const stepSchema = z.object({
  step: z.int(),
  answer: z.string(),
  haltProbability: z.number(),
  changedCells: z.int(),
  confidence: z.number(),
});

export const solveResponseSchema = z.object({
  model: z.string(),
  halting: z.string(),
  maximumSteps: z.int(),
  puzzles: z.array(
    z.object({
      question: z.string(),
      answer: z.string(),
      steps: z.int(),
      haltProbability: z.number(),
      valid: z
        .boolean()
        .nullable()
        .describe('Whether the answer keeps every rule and given; null where no rules are known'),
      reason: z.string().optional(),
      trace: z.array(stepSchema).optional(),
    }),
  ),
  elapsedMs: z.number(),
});
export type SolveResponse = z.infer<typeof solveResponseSchema>;

const problem = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        what: { type: 'string' },
        where: { type: 'string' },
        found: { type: 'string' },
        expected: { type: 'string' },
        remedy: { type: 'string' },
      },
      required: ['what'],
    },
  },
  required: ['error'],
};

/** The description of the service in OpenAPI 3.1. */
export function describeService(version: string, address: string) {
  const json = (schema: object) => ({ content: { 'application/json': { schema } } });
  const refusal = (description: string) => ({ description, ...json(problem) });
  return {
    openapi: '3.1.0',
    info: { title: 'TRM Studio solving service', version },
    servers: [{ url: address }],
    paths: {
      '/solve': {
        post: {
          operationId: 'solve',
          summary: 'Solves puzzles',
          requestBody: { required: true, ...json(z.toJSONSchema(solveRequestSchema, { io: 'input' })) },
          responses: {
            200: { description: 'Answers, checked', ...json(z.toJSONSchema(solveResponseSchema)) },
            400: refusal('The request or a puzzle is not valid'),
            403: refusal('The request comes from a web page, or names another host'),
            413: refusal('The request is larger than 1 MiB'),
            415: refusal('The request is not JSON'),
            429: refusal('Too many requests in a minute'),
            503: refusal('Too many requests wait, or this one took too long'),
          },
        },
      },
      '/health': {
        get: {
          operationId: 'health',
          summary: 'Whether it runs',
          responses: { 200: { description: 'It does' } },
        },
      },
    },
  };
}
